"""Stein et al. 2023 (arXiv:2306.04675) on CIFAR-10, imported from its public files and reproduced."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from evalsite.results.queries import agreement_of, tabulate
from evalsite.results.scope import Scope
from evalsite.studies.models import Study
from tests.support.agreement import agrees

HUMAN = Path(__file__).resolve().parents[4] / "shared" / "data" / "human"
ERROR_RATES = {
    "RESFLOW": 0.0880, "NVAE": 0.1308, "ACGAN": 0.1482, "WGAN-GP": 0.1696, "LOGAN": 0.2056, "ReACGAN": 0.3356,
    "MHGAN": 0.3362, "BigGAN": 0.3868, "StyleGAN2-ada": 0.3930, "StyleGAN-XL": 0.3988, "iDDPM-DDIM": 0.3996,
    "PFGMPP": 0.4358, "LSGM-ODE": 0.4369,
}  # fmt: skip
COLUMNS = "participant=id,condition=model,real_error_rate=r_err_rt,generated_error_rate=f_err_rt"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.skipif(
    not HUMAN.is_dir(), reason="the public human data is not beside the checkout (../shared/data/human)"
)
def test_error_rates_and_correlations_are_the_papers():
    raters, metrics = HUMAN / "stein2023_cifar10_raters.csv", HUMAN / "stein2023_cifar10_metrics.csv"
    study = ["--study", "stein-cifar10"]
    call_command("import_judgements", str(raters), *study, "--layout", "rates", "--columns", COLUMNS)
    call_command(
        "import_metrics", str(metrics), *study, "--alias", "PFGM++=PFGMPP", "--better", "fd_dinov2=lower"
    )
    scope = Scope(Study.objects.get(slug="stein-cifar10"))
    table = tabulate(scope)
    rates = {row.condition: round(row.human["deception_rate"].value, 4) for row in table.rows}
    assert rates == ERROR_RATES
    published = [ERROR_RATES[name] for name in rates]
    agrees(
        list(rates.values()),
        published,
        against="Stein et al. 2023, CIFAR-10",
        abs_=0,
        of="deception rate, both",
    )
    assert sum(row.human["deception_rate"].n_raters for row in table.rows) == 328
    found = agreement_of(scope, table, "fd_dinov2", "deception_rate")
    assert found.n == 13
    assert round(found.spearman.value, 3) == -0.967
    assert round(found.pearson.value, 3) == -0.979
    assert round(found.kendall.value, 3) == -0.872
    assert found.spearman.low < -0.967 < found.spearman.high < -0.6
    imported = table.rows[0].metrics["fd_dinov2"].imported
    assert imported["source"] == "stein2023_cifar10_metrics.csv"
