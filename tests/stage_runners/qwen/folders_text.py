"""What the small recogniser writes, whatever it hears."""

SAID = "We sail at dawn, and bring charts."
