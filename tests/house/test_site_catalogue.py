"""The site's catalogue is the one that its command writes from the libraries."""

from __future__ import annotations

from evalsite.runs import catalogue


def test_the_file_is_as_the_libraries_have_it() -> None:
    from evalsite.runs.doors import ganmodels, metrics

    measures, models = metrics.describe_catalogue(), ganmodels.describe_catalogue()
    assert [*measures.pop("faults"), *models.pop("faults")] == []
    written = catalogue.FILE.read_text(encoding="utf-8")
    assert written == catalogue.file_text({**measures, **models}), "run `make fix`"
