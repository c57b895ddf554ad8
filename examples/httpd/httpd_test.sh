#!/usr/bin/env bash
# httpd under clients that nobody here wrote: wrk, ab and curl (Debian's wrk, apache2-utils, curl), and raw sockets of python3.
for tool in python3 wrk ab curl; do
  command -v "$tool" >/dev/null || { echo "skipped: there is no $tool on this machine (apt-get install python3 wrk apache2-utils curl)"; exit 0; }
done
exec python3 "$1" "$2"
