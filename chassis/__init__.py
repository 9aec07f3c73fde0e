"""How a service meets the outside: bus, outbox, RPC, database, metrics. No business word."""

import warnings

# Eventlet announces its own end on import; decision 0001 says why we still stand on it.
warnings.filterwarnings("ignore", r"\s*Eventlet is deprecated")
