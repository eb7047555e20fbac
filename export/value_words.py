"""What shoppers call values, from the knowledge base to the server, which reads in queries what they turn down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from assortment import artefacts, manifest
from training.knowledge.base import Knowledge

_LETTERS: Final = 4
"""A word of fewer may mean anything: "all" of Unisex, "jet" of Black."""


def write(folder: Path, knowledge: Path) -> None:
    """Writes VALUE_WORDS into ``folder``: of the catalogue's knowledge base as it is now, if there is one."""
    known = Knowledge.read(knowledge) if (knowledge / manifest.FILENAME).is_file() else Knowledge()
    words = {
        facet: {
            value: said for value, of_value in values.items() if (said := [w.text for w in of_value if len(w.text) >= _LETTERS])
        }
        for facet, values in known.words.items()
    }
    (folder / artefacts.VALUE_WORDS).write_text(json.dumps(words, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
