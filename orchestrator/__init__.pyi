from orchestrator.api import Chapter as Chapter
from orchestrator.api import Cue as Cue
from orchestrator.api import Doubt as Doubt
from orchestrator.api import Event as Event
from orchestrator.api import OutputFile as OutputFile
from orchestrator.api import Result as Result
from orchestrator.api import Speaker as Speaker
from orchestrator.api import SubtitleError as SubtitleError
from orchestrator.api import Word as Word
from orchestrator.api import subtitle as subtitle

__version__: str
