"""People, and a token endpoint that answers as it should."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.person import Person
from tests.support.apps import Playground, running_playground
from tests.support.rogue import Rogue

TOKEN = {"access_token": "the-access-token", "token_type": "Bearer", "expires_in": 60}


@pytest.fixture
def token_server(rogue: Rogue) -> Rogue:
    """A server whose /token gives a token."""
    rogue.answer("/token", body=TOKEN)
    return rogue


@pytest.fixture
def new_person() -> Iterator[Callable[[Playground], Person]]:
    """Make people with browsers of their own: (playground)."""
    people: list[Person] = []

    def make(playground: Playground) -> Person:
        people.append(Person(playground.url))
        return people[-1]

    yield make
    for person in people:
        person.session.close()


@pytest.fixture(scope="module")
def alone(request: pytest.FixtureRequest) -> Iterator[Playground]:
    """A playground of this module's own, on files, with a short deadline."""
    folder, trusted = request.getfixturevalue("run_dir"), request.getfixturevalue("trusted")
    settings = {"PLAYGROUND_DEADLINE": "2", "PLAYGROUND_CA_FILE": str(trusted.file)}
    with running_playground(folder, **settings) as playground:
        yield playground
