"""Machines that are not this one, put together from what their frameworks would answer."""

from __future__ import annotations

from orchestrator.machine.answers import Answer
from orchestrator.machine.profile import Machine

YES = Answer(name="Some GPU", memory_mb=24000)


def machine(platform="linux-x86_64", cores=8, memory_mb=32000, here=False, gpus=(), **answers):
    """A machine whose environments answer as given: `whisperx={"cuda": YES}`."""
    return Machine(
        platform=platform,
        cpu="Some CPU",
        cores=cores,
        memory_mb=memory_mb,
        driver="",
        gpus=gpus,
        envs=answers,
        here=here,
    )


def no(why):
    """A device that cannot be used."""
    return Answer(why_not=why)
