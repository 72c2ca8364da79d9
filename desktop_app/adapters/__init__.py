"""One outside neighbour a file; each implements one port. Imports core, wire, audio and ports."""
