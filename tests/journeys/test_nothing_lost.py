"""Every answer that was acknowledged exists, exactly once, whatever happens to network, tabs and server."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support import wire

pytestmark = pytest.mark.xdist_group("journeys")

STORED = """
    SELECT r.id, t.position, r.answer FROM trials_response r JOIN trials_trial t ON t.id = r.trial_id
    WHERE r.session_id = ? ORDER BY t.position
"""


def stored(site, rater):
    return site.rows(STORED, rater.session.replace("-", ""))


def at_once(work, items):
    gate = threading.Barrier(len(items))

    def start(item):
        gate.wait()
        return work(item)

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(start, items))


def test_one_answer_sent_by_many_hands_is_stored_once(site, new_rater):
    rater = new_rater("kept").begin()
    sent = wire.submission(rater.get("block")["trials"][0])
    receipts = at_once(rater.send, [sent] * 8)
    statuses = Counter(receipt["results"][0]["status"] for receipt in receipts)
    assert statuses == {"stored": 1, "duplicate": 7}
    assert len(stored(site, rater)) == 1


def test_two_tabs_answering_one_trial_differently_keep_the_first(site, new_rater):
    rater = new_rater("kept").begin()
    trial = rater.get("block")["trials"][0]
    rivals = [wire.submission(trial, answer) for answer in ("real", "generated") * 4]
    receipts = at_once(rater.send, rivals)
    winner = next(r["results"][0]["id"] for r in receipts if r["results"][0]["status"] == "stored")
    assert Counter(r["results"][0]["status"] for r in receipts) == {"stored": 1, "duplicate": 7}
    (kept,) = stored(site, rater)
    assert kept["id"] == winner.replace("-", "")


def test_two_tabs_on_a_staircase_stay_on_one_staircase(site, new_rater):
    rater = new_rater("stairs").begin()
    first = rater.get("block")["trials"][0]
    receipts = at_once(rater.send, [wire.submission(first) for _ in range(6)])
    assert len({str(receipt["next"]) for receipt in receipts}) == 1
    assert len(stored(site, rater)) == 1


def test_beginning_twice_plans_once(site, new_rater):
    rater = new_rater("kept")
    rater.post("device", wire.device())
    at_once(lambda _: rater.post("begin", {}), range(4))
    count = "SELECT count(*) AS n FROM trials_trial WHERE session_id = ?"
    assert site.rows(count, rater.session.replace("-", ""))[0]["n"] == 30


def test_a_server_killed_while_it_answers_loses_nothing_that_it_acknowledged(site, new_rater):
    raters = [new_rater("kept").begin() for _ in range(3)]
    blocks = [rater.get("block")["trials"] for rater in raters]  # before the kill, which is to meet answers
    acknowledged = threading.Semaphore(0)

    def answer_all(rater, trials):
        sent = []
        for trial in trials:
            sent.append(wire.submission(trial, "generated"))
            (result,) = rater.send_until_acknowledged(sent[-1])["results"]
            assert result["status"] in {"stored", "duplicate"}
            acknowledged.release()
        return sent

    with ThreadPoolExecutor(len(raters)) as pool:
        working = [pool.submit(answer_all, *pair) for pair in zip(raters, blocks, strict=True)]
        for _ in range(30):
            assert acknowledged.acquire(timeout=60)
        site.kill()
        site.start()
        told = [future.result(timeout=120) for future in working]
    for rater, sent in zip(raters, told, strict=True):
        expected = [(s["trial"], s["id"].replace("-", "")) for s in sent]
        assert [(row["position"], row["id"]) for row in stored(site, rater)] == expected
        # An acknowledgement that was lost on the way is given again.
        assert {r["status"] for r in rater.send(*sent)["results"]} == {"duplicate"}
        assert rater.post("complete", {})["code"]
        assert len(stored(site, rater)) == 30


def test_a_session_goes_on_where_it_was_after_a_restart(site, new_rater):
    rater = new_rater("kept").begin()
    trials = rater.get("block")["trials"]
    rater.send(*(wire.submission(trial) for trial in trials[:5]))
    site.kill()
    site.start()
    assert rater.client.get("/r/kept/").url.path == rater.base
    assert rater.get("state")["stage"] == "trials"
    assert rater.get("block")["trials"] == trials[5:]
