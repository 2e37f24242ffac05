"""Takes what was changed in a subtitle file by another program back as edits."""
