#!/bin/sh
# Runs the program named by the argument, which says itself what is wrong.
exec "./$1"
