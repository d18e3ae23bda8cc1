#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# lab: --sfs 2
# The example of docs/lab.md.
exec "$(dirname "$0")/../../examples/lab-bridge.sh"
