"""What the tests of galleries that are built and moved start."""

from tests.ingest.galleries.stand import environment_of, make_stand, niteru, outdated  # noqa: F401 - fixtures
from tests.search.conftest import gallery_server, mortal_server  # noqa: F401
from tests.search.serving import query_worker, search  # noqa: F401
