from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.language.make import read_make

TEXT = """
PY ?= python3
DATA := data
NAMES = a b
.PHONY: all clean
all: $(DATA)/clean.csv model.pkl
$(DATA)/clean.csv: src/clean.py $(DATA)/raw.csv | dirs
\t@$(PY) $< --all "$^" \\
\t  --out $@
model.pkl: ; touch $@
%.o: %.c
\tcc -c $< -o $@
out/a.txt: out/%.txt: in/%.csv
\tcp $< $@
clean:
\t-rm -rf $(NAMES:%=out/%.txt) $$HOME $(shell date)
ifdef X
test: LR = 3
test:
\t$(MAKE) -C sub x
endif
define block
echo 1
echo 2
endef
both:
\t$(block)
include inc.mk
"""


def test_rules_variables_and_automatic_variables() -> None:
    made = read_make(TEXT)
    clean = made.rules["data/clean.csv"]
    assert (clean.prerequisites, clean.loose, clean.line, clean.end_line) == (
        ("src/clean.py", "data/raw.csv"),
        ("dirs",),
        7,
        9,
    )
    assert clean.recipe[0].text == 'python3 src/clean.py --all "src/clean.py data/raw.csv" \\\n  --out data/clean.csv'
    assert made.rules["model.pkl"].recipe[0].text == "touch model.pkl"
    assert made.rules["%.o"].pattern
    assert made.rules["%.o"].recipe[0].text == "cc -c {stem}.c -o {stem}.o"
    assert made.rules["out/a.txt"].recipe[0].text == "cp in/a.csv out/a.txt"
    assert (made.rules["clean"].recipe[0].text, made.rules["clean"].recipe[0].ignored) == (
        "rm -rf out/a.txt out/b.txt $HOME {shell}",
        True,
    )
    assert made.rules["test"].recipe[0].text == "make -C sub x"
    assert [recipe.text for recipe in made.rules["both"].recipe] == ["echo 1", "echo 2"]
    assert [name for name, rule in made.rules.items() if rule.phony] == ["all", "clean"]
    assert (made.default, made.includes, made.variables["LR"]) == ("all", [("inc.mk", 28)], "3")


FOLDERS = """
export LR = 1
HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
ROOT := $(shell pwd)
export OUT = $(CURDIR)/out
data/%.csv: raw/%.xml
\tpython $(HERE)/conv.py $< $@ $* $(NAME) $(ROOT)/x
"""


def test_folders_stems_and_exports() -> None:
    made = read_make(FOLDERS)
    assert made.rules["data/%.csv"].recipe[0].text == (
        "python {here}//conv.py raw/{stem}.xml data/{stem}.csv {stem} {NAME} {here}/x"
    )
    assert made.environment == (("LR", "1"), ("OUT", "{start}/out"))


def test_variables_that_refer_to_themselves_end() -> None:
    made = read_make("A = $(A)$(A)$(A)\nx:\n\techo $(A)\n")
    assert len(made.rules["x"].recipe[0].text) < 10_000


@settings(max_examples=200)
@given(st.text(alphabet=st.sampled_from(list("aA:=$(){}%@<^|;\t\n \\#,?+.-")), max_size=60))
def test_any_text_gives_rules(text: str) -> None:
    read_make(text)
