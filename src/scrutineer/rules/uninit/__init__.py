"""Memory that is handed on before it is written."""
