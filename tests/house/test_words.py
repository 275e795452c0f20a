"""Names, and the words of fields, are the glossary's: one word for one thing, one thing for one word."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest

PACKAGES = ("evalsite", "metrics", "ganmodels")

FILE = "file"  # file stems and folders, of Python and JavaScript
CLASS = "class"
NAME = "name"  # functions, arguments, variables, fields
WORDS = "words"  # labels and help texts of fields
NAMES = (FILE, CLASS, NAME)


@dataclass(frozen=True)
class Rule:
    """A word that is refused.

    Attributes:
        word: The word; its plural is refused, too.
        say: What to say instead, a term of the glossary.
        of: What must not be called so.
        only_in: Where it is refused, as a pattern of places such as `evalsite/jobs/models.py:Job.state`.
        but_in: Where it is allowed all the same, as such a pattern.
    """

    word: str
    say: str
    of: tuple[str, ...] = NAMES
    only_in: str = "*"
    but_in: str = ""

    def refuses(self, use: Use) -> bool:
        """Whether the rule refuses this use of words."""
        wanted = fnmatch(use.place, self.only_in) and not fnmatch(use.place, self.but_in)
        forms = {self.word, f"{self.word}s", f"{self.word}es"}
        return use.kind in self.of and wanted and not forms.isdisjoint(split(use.text))


@dataclass(frozen=True)
class Use:
    """Words in use: what they name, where, and the words themselves."""

    kind: str
    place: str
    text: str


# A second word for one thing.
SYNONYMS = [
    Rule("subject", "participant", (*NAMES, WORDS)),
    Rule("observer", "participant", (*NAMES, WORDS)),
    Rule("experiment", "study", (*NAMES, WORDS)),
    Rule("distractor", "foil", (*NAMES, WORDS)),
    Rule("fake", "generated", (*NAMES, WORDS)),
    Rule("synthetic", "generated", (*NAMES, WORDS)),
    Rule("embedding", "features", (*NAMES, WORDS)),
    Rule("hyperparams", "recipe", (*NAMES, WORDS)),
    Rule("reaction", "rt_ms"),  # in words it is the reaction time
]

# A word with one meaning, and where it would get a second one.
ONE_MEANING = [
    Rule("report", "summary", but_in="metrics/sensitivity*"),
    Rule("checkpoint", "progress", (*NAMES, WORDS), only_in="evalsite/jobs*"),
    Rule("checkpoint", "progress", (NAME,), only_in="*:Job.*"),
    Rule("task", "job", only_in="evalsite/jobs*"),
    Rule("task", "job", only_in="evalsite/runs*"),
    Rule("job", "task", only_in="evalsite/tasks*"),
]

# Names of files and classes that hide what is inside.
UNCLEAR = [
    Rule(word, say, (FILE, CLASS))
    for word, say in {
        "supplier": "opened input",
        "lens": "extractor",
        "optics": "extractor",
        "spoiling": "distortion",
        "spoiled": "distortion",
        "noticing": "sensitivity",
        "told": "description",
        "deed": "job kind",
        "doing": "step",
        "likeness": "comparability",
        "wording": "text",
    }.items()
] + [Rule("player", "network", (FILE, CLASS), but_in="ganmodels*")]  # there it is a player of the game

# Turns that a reader stumbles over, and how the same is said plainly.
PHRASES = {
    r"[Nn]obody who counts": "no responses yet",
    r"\b[Ww]ho answers so\b": "with these answers a rater would …",
    r"\b[Ii]mages of one way\b": "steps per interpolation",
    r"\bfor who (gets|gave)\b|\bleaves? out who\b": "raters who …",
    r"\bis none; (name|choose|give)\b": "is not a valid …",
    r"\b(metrics|[Ii]ntervals)[^.\n]* know what\b": "account for",
}

RULES = [*SYNONYMS, *ONE_MEANING, *UNCLEAR]


def split(text: str) -> list[str]:
    """The words of a name or a sentence, in small letters."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)]


def uses_of(path: PurePosixPath, source: str) -> Iterator[Use]:
    """What is named in a file of ours, and how; the path is relative to the root."""
    for part in (path, *path.parents):
        yield Use(FILE, str(part), part.stem)
    yield from _python(str(path), source) if path.suffix == ".py" else _javascript(str(path), source)


def _python(place: str, source: str) -> Iterator[Use]:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield Use(CLASS, place, node.name)
            yield from _members(place, node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Use(NAME, place, node.name)
        elif isinstance(node, ast.arg):
            yield Use(NAME, place, node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield Use(NAME, place, node.id)
        elif isinstance(node, ast.Call):
            yield from _words(place, node)


def _members(place: str, owner: ast.ClassDef) -> Iterator[Use]:
    """The fields of a class, whose place names the class as well."""
    for statement in owner.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement]
        for target in [getattr(target, "target", target) for target in targets]:
            if isinstance(target, ast.Name):
                yield Use(NAME, f"{place}:{owner.name}.{target.id}", target.id)


def _words(place: str, call: ast.Call) -> Iterator[Use]:
    """Labels and help texts of a field of a model, a form or params."""
    if not re.search(r"(Field|ForeignKey|param)$", ast.unparse(call.func)):
        return
    named = [
        word.value for word in call.keywords if word.arg in {"verbose_name", "help_text", "label", "help"}
    ]
    for node in (found for part in (*call.args, *named) for found in ast.walk(part)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield Use(WORDS, place, node.value)


def _javascript(place: str, source: str) -> Iterator[Use]:
    for what, name in re.findall(r"\b(class|function|const|let)\s+(\w+)", source):
        yield Use(CLASS if what == "class" else NAME, place, name)
    for name in re.findall(r"^  (?:static |async )*#?(\w+)\(.*\) \{$", source, re.MULTILINE):
        yield Use(NAME, place, name)  # a method


def refusals(path: PurePosixPath, source: str) -> list[str]:
    """A line for each word of a file that a rule refuses."""
    return sorted(
        {
            f"{use.place}: {use.text!r} (say {rule.say})"
            for use in uses_of(path, source)
            for rule in RULES
            if rule.refuses(use)
        }
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_names_and_words_of_fields_are_the_glossarys(root: Path, package: str) -> None:
    files = [path for ending in ("py", "js") for path in (root / package).rglob(f"*.{ending}")]
    own = [path for path in files if "migrations" not in path.parts]
    found = {
        line for path in own for line in refusals(PurePosixPath(path.relative_to(root)), path.read_text())
    }
    assert sorted(found) == []


@pytest.mark.parametrize("phrase", PHRASES)
def test_sentences_are_plain(root: Path, phrase: str) -> None:
    files = [
        path
        for package in (*PACKAGES, "docs")
        for ending in ("py", "js", "html", "md")
        for path in (root / package).rglob(f"*.{ending}")
        if "migrations" not in path.parts
    ]
    files += [root / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    found = [path for path in files if re.search(phrase, path.read_text(encoding="utf-8"))]
    assert found == [], f"say: {PHRASES[phrase]}"


def test_a_forms_file_defines_a_form(root: Path) -> None:
    assert [
        path for path in (root / "evalsite").rglob("forms.py") if not defines_form(path.read_text())
    ] == []


def defines_form(source: str) -> bool:
    """Whether a class in it is a Django form."""
    classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    return any(re.search(r"Form(Set)?(\[|$)", ast.unparse(base)) for made in classes for base in made.bases)


def test_a_file_of_submissions_is_no_form() -> None:
    assert not defines_form("class Submission: ...\ndef read_form(body): ...")
    assert defines_form("class Upload(forms.ModelForm): ...")


def offender(rule: Rule, kind: str) -> tuple[PurePosixPath, str]:
    """A made-up file that breaks the rule."""
    folder = "evalsite/jobs" if ":" in rule.only_in else rule.only_in.replace("*", "") or "evalsite/studies"
    sources = {
        FILE: "",
        CLASS: f"class {rule.word.title()}Row: ...",
        NAME: f"class Job:\n    {rule.word} = None",
        WORDS: f"name = models.CharField({rule.word!r})",
    }
    return PurePosixPath(folder, f"{rule.word if kind == FILE else 'rows'}.py"), sources[kind]


@pytest.mark.parametrize(("rule", "kind"), [(rule, kind) for rule in RULES for kind in rule.of])
def test_every_rule_catches_an_offender(rule: Rule, kind: str) -> None:
    path, source = offender(rule, kind)
    assert any(rule.refuses(use) for use in uses_of(path, source))
    assert any(line.endswith(f"(say {rule.say})") for line in refusals(path, source))


@pytest.mark.parametrize(
    ("path", "source", "caught"),
    [
        ("evalsite/studies/deeds/opening.py", "", "evalsite/studies/deeds: 'deeds' (say job kind)"),
        ("evalsite/static/js/rater/timing_report.js", "", "'timing_report' (say summary)"),
        ("evalsite/static/js/rater/main.js", "function report() {}", "'report' (say summary)"),
        ("evalsite/static/js/rater/outbox.js", "  #report() {", "'report' (say summary)"),
        ("evalsite/jobs/queue.py", "def run(task_id): ...", "'task_id' (say job)"),
        ("evalsite/tasks/columns.py", "job = 1", "'job' (say task)"),
        ("evalsite/runs/models.py", "class Job:\n    checkpoint: int = 1", "'checkpoint' (say progress)"),
        ("evalsite/studies/x.py", "a = models.CharField('n', help_text='Fake ones.')", "(say generated)"),
        ("evalsite/tasks/x.py", "a = param(1, 'Size', 'Of the subjects.')", "(say participant)"),
        ("metrics/inputs/opened.py", "class ImageSupplier: ...", "'ImageSupplier' (say opened input)"),
    ],
)
def test_made_up_names_are_caught(path: str, source: str, caught: str) -> None:
    (line,) = refusals(PurePosixPath(path), source)
    assert caught in line


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("metrics/sensitivity/report.py", "def write_report(): ..."),
        ("ganmodels/recipe.py", "class Player: ..."),
        ("evalsite/samples/models.py", "class SampleSet:\n    checkpoint = None"),
        ("evalsite/tasks/protocol.py", "class Task: ..."),
        ("evalsite/jobs/queue.py", "@task()\ndef run_job(job_id): ..."),
        (
            "evalsite/trials/models.py",
            "rt_ms = models.FloatField('reaction time', help_text='As told.')",
        ),
    ],
)
def test_words_in_their_own_place_are_left_alone(path: str, source: str) -> None:
    assert refusals(PurePosixPath(path), source) == []


def test_the_glossary_has_every_word_of_the_rules(root: Path) -> None:
    meanings, refused = (root / "docs/glossary.md").read_text().split("## Words that names do not use")
    rows = re.findall(r"^\| ([^|]+) \|", meanings, re.MULTILINE)
    terms = {term.strip("`") for row in rows for term in row.split(", ")}
    assert {rule.say for rule in RULES} | {rule.word for rule in ONE_MEANING} <= terms
    rows = re.findall(r"^\| `?([^|`]+)`? \| ([^|]+) \|", refused, re.MULTILINE)
    instead = {(say, word) for say, words in rows for word in re.split(r", | ", words)}
    assert {(rule.say, rule.word) for rule in RULES} <= instead
