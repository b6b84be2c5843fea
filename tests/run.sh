#!/bin/sh
# sh tests/run.sh         the everyday run: style, types, contracts, and all tests but the batteries
# sh tests/run.sh NAME    one battery, with its figures: bench, or a folder of tests/ that holds one, such as faults
#
# Installs what is missing (Debian packages as root; Python packages into .cache/venv) and starts the servers it needs on free
# ports. A server that cannot be had makes the run fail. Ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 2

part=${1:-everyday}
batteries=$(grep -rl --include='*.py' 'mark\.battery' tests/*/ | cut -d/ -f2 | sort -u | tr '\n' ' ')
case " everyday bench $batteries" in
*" $part "*) ;;
*)
    echo "usage: sh tests/run.sh [NAME], NAME one of: bench $batteries" >&2
    exit 2
    ;;
esac

# --- what has to be there

need() { # need PROGRAM PACKAGE: remember the package where the program is missing
    PATH=$PATH:/usr/sbin:/usr/lib/postfix/sbin command -v "$1" >/dev/null || packages="$packages $2"
}

packages=
need dovecot dovecot-imapd
need postfix postfix
need smtp-sink postfix
need smtp-source postfix
need swaks swaks
need strace strace
[ -x /usr/lib/dovecot/lmtp ] || packages="$packages dovecot-lmtpd"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages="$packages postgresql"
ls /usr/share/tesseract-ocr/*/tessdata/ind.traineddata >/dev/null 2>&1 || packages="$packages tesseract-ocr-ind tesseract-ocr-eng"
[ -f /usr/share/fonts/truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf ] || packages="$packages fonts-roboto-unhinted"
[ -f /usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf ] || packages="$packages fonts-liberation"
[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || packages="$packages fonts-dejavu-core"
[ "$part" != scanner ] || need clamd clamav-daemon
[ "$part" != looks ] || need chromium chromium
if [ -n "$packages" ]; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "missing: apt-get install$packages" >&2
        exit 1
    fi
    echo "== installing$packages"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # a list of words
    { apt-get update && apt-get install --yes --no-install-recommends $packages; } >/tmp/loket-apt.log 2>&1 || {
        tail -20 /tmp/loket-apt.log >&2
        exit 1
    }
fi

venv=.cache/venv
lock=$(cksum tests/requirements.lock)
if [ "$(cat $venv/lock 2>/dev/null)" != "$lock" ]; then
    echo "== making $venv"
    rm -rf $venv
    "${PYTHON:-python3}" -m venv $venv || exit 1
    $venv/bin/pip install --quiet --require-hashes --requirement tests/requirements.lock || exit 1
    echo "$lock" >$venv/lock
fi
export PATH="$PWD/$venv/bin:$PATH" PYTHONPATH="$PWD"

# --- the run

passed=0 failed=0

step() { # step NAME COMMAND...: one that passes or fails as a whole
    name=$1
    shift
    echo "== $name"
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

tests() { # tests ARGUMENTS...: pytest, whose tests count one by one
    echo "== pytest $*"
    report=.cache/pytest.xml
    rm -f $report
    folder=$(mktemp -d) # of its own: pytest's default is tidied up by other runs beside this one
    python -m pytest --basetemp="$folder/t" --junitxml=$report -o junit_logging=no "$@"
    code=$?
    rm -rf "$folder"
    if [ ! -f $report ]; then
        failed=$((failed + 1))
        return
    fi
    counts=$(python - $report <<'PYTHON'
import sys, xml.etree.ElementTree as tree
suite = tree.parse(sys.argv[1]).getroot().find("testsuite")
wrong = int(suite.get("failures")) + int(suite.get("errors"))
print(int(suite.get("tests")) - wrong - int(suite.get("skipped")), wrong)
PYTHON
)
    passed=$((passed + ${counts% *})) failed=$((failed + ${counts#* }))
    if [ $code -ne 0 ] && [ "${counts#* }" -eq 0 ]; then failed=$((failed + 1)); fi
}

case $part in
everyday)
    step "style" ruff check .
    step "layout" ruff format --check .
    step "types" mypy
    step "contracts" lint-imports
    step "dead code" vulture
    tests -m "not battery" -n auto --maxprocesses 4 --dist worksteal
    ;;
bench) step "bench" python -m tests.bench ;;
*) tests -m battery -s "tests/$part" ;;
esac

echo
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
