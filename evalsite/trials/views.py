"""The rater's pages: parse, one call, respond."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from evalsite.trials import services
from evalsite.trials.bootstrap import rater_config
from evalsite.trials.models import Session
from evalsite.trials.rater_http import answers_json, answers_page, give_cookie, owned_sessions
from evalsite.trials.selectors import find_session, find_study
from evalsite.trials.state import describe_completion, describe_state
from evalsite.trials.stimuli import read_stimulus
from evalsite.trials.wire import parsing


@require_GET
@answers_page
def arrive(request: HttpRequest, slug: str) -> HttpResponse:
    """The link to a study: recognises the rater, or gives a new one a place."""
    arrival = parsing.read_arrival(request.GET)
    session = services.arrive(
        study=find_study(slug),
        query=arrival.query,
        kind=arrival.kind,
        returning=owned_sessions(request),
        again=arrival.again,
        now=timezone.now(),
    )
    return _enter(request, session)


@require_GET
@permission_required("studies.change_study")
@answers_page
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """A study as a rater sees it, for those who may change it; nothing of it is kept."""
    return _enter(request, services.start_preview(study=find_study(slug), now=timezone.now()))


@require_GET
@ensure_csrf_cookie
@answers_page
def rater(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The one page of a session; everything else happens inside it."""
    session = _own(request, session_id)
    context = {"title": session.version.protocol["title"], "config": rater_config(request, session)}
    return render(request, "trials/rater.html", context)


@require_GET
@answers_json
def state(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Where the session is."""
    return JsonResponse(describe_state(_own(request, session_id)))


@require_POST
@answers_json
def consent(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The rater agrees, or does not."""
    session, agreed = _own(request, session_id), parsing.read_consent(_body(request))
    return JsonResponse(
        describe_state(services.record_consent(session=session, agreed=agreed, now=timezone.now()))
    )


@require_POST
@answers_json
def device(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """What the rater's browser and screen are."""
    session, measured = _own(request, session_id), parsing.read_device(_body(request))
    return JsonResponse(
        describe_state(services.record_device(session=session, device=measured, now=timezone.now()))
    )


@require_POST
@answers_json
def begin(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The rater has read the instructions."""
    session = _own(request, session_id)
    parsing.read_nothing(_body(request))
    return JsonResponse(describe_state(services.begin_trials(session=session, now=timezone.now())))


@require_GET
@answers_json
def block(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The trials that wait for an answer."""
    return JsonResponse(services.deliver_block(session=_own(request, session_id), now=timezone.now()))


@require_POST
@answers_json
def responses(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Answers, each stored exactly once."""
    session, submissions = _own(request, session_id), parsing.read_submissions(_body(request))
    done = services.record_responses(session=session, submissions=submissions, now=timezone.now())
    return JsonResponse(done.to_json())


@require_POST
@answers_json
def set_aside(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """A trial that the page can't show."""
    session, position = _own(request, session_id), parsing.read_trial(_body(request))
    done = services.set_aside_trial(session=session, position=position, now=timezone.now())
    return JsonResponse(done.to_json())


@require_POST
@answers_json
def complete(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The rater is done."""
    session = _own(request, session_id)
    parsing.read_nothing(_body(request))
    ending = services.complete_session(session=session, now=timezone.now())
    return JsonResponse(describe_completion(session, ending))


@require_GET
@answers_json
def stimulus(request: HttpRequest, session_id: UUID, name: str) -> HttpResponse:
    """An image under its opaque name; every answer has the same headers and length."""
    return HttpResponse(read_stimulus(_own(request, session_id), name), content_type="image/png")


@require_GET
@answers_page
def timing(request: HttpRequest) -> HttpResponse:
    """A page that flashes a patch in a corner, for a photodiode or a fast camera."""
    return render(request, "trials/timing.html")


def _enter(request: HttpRequest, session: Session) -> HttpResponse:
    response = redirect("trials:rater", session.pk)
    give_cookie(response, request, session)
    return response


def _own(request: HttpRequest, session_id: UUID) -> Session:
    return find_session(session_id, among=owned_sessions(request))


def _body(request: HttpRequest) -> parsing.Json:
    return parsing.read_body(request.body, request.content_type or "")
