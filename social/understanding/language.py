"""Which language a text is written in: lingua with the models from its wheel."""

import re
from collections.abc import Sequence

from lingua import IsoCode639_1, LanguageDetectorBuilder
from lingua import Language as Lingua

from social.understanding.interface import BUILTIN, UNKNOWN, Verdict

# Those a shop meets most. Each further one costs time on every text and confidence of the rest.
KNOWN = (  # noqa: SIM905 (a list of 36 lines says no more)
    "AR BG CA CS DA DE EL EN ES ET FI FR HE HI HR HU ID IT JA KO LT LV NB NL PL PT RO RU SK SL SV "
    "TH TR UK VI ZH"
).split()
# Addresses, handles and tags are no language.
_NO_LANGUAGE = re.compile(r"https?://\S+|[@#]\w+|\d+")
SURE_ENOUGH = 0.45


class Language:
    """Language as ISO 639-1; short or mixed texts are `unknown`, and say how unsure they were."""

    aspect = "language"
    version = BUILTIN["language"]

    def __init__(self) -> None:
        codes = [IsoCode639_1.from_str(code) for code in KNOWN]
        languages = [Lingua.from_iso_code_639_1(code) for code in codes]
        builder = LanguageDetectorBuilder.from_languages(*languages)
        self._detector = builder.with_low_accuracy_mode().build()

    def classify(self, texts: Sequence[str], languages: Sequence[str]) -> list[Verdict]:
        """The likeliest language of each text."""
        words = [_NO_LANGUAGE.sub(" ", text) for text in texts]
        verdicts = []
        for ranked in self._detector.compute_language_confidence_values_in_parallel(words):
            best = ranked[0]
            code = best.language.iso_code_639_1.name.lower()
            sure = best.value >= SURE_ENOUGH
            verdicts.append(Verdict(code if sure else UNKNOWN, round(best.value, 4)))
        return verdicts
