# Sourced by `run`: how long each stage took is said at the end, whether all of them passed or one failed.

times='' current='' began=0 aside=''

# Begin a stage; the one before has passed, and so has the one beside, if it has ended.
stage() {
    [ -z "$aside" ] || kill -0 "$aside_process" 2>/dev/null || together
    _ended ''
    current=$1 began=$SECONDS
    printf '\n== %s (after %d s)\n' "$1" "$SECONDS"
}

# beside NAME COMMAND…: begin a stage that goes on beside the next ones, in a process group of its own.
beside() {
    _ended ''
    current='' aside=$1 aside_began=$SECONDS aside_said=$(mktemp)
    printf '\n== %s: beside the next stages (after %d s)\n' "$aside" "$SECONDS"
    set -m
    "${@:2}" </dev/null >"$aside_said" 2>&1 &
    set +m
    aside_process=$!
}

# Wait for the stage beside, if it is not over, and show what it said; fail as it did.
together() {
    local code=0
    [ -n "$aside" ] || return 0
    _ended ''
    current=$aside began=$aside_began
    wait "$aside_process" || code=$?
    _show_aside
    return "$code"
}

_show_aside() {
    printf '\n== %s: what it said\n' "$aside"
    cat "$aside_said"
    rm "$aside_said"
    aside=''
}

_ended() {
    [ -z "$current" ] || times+=$(printf '%6d s  %s%s' "$((SECONDS - began))" "$current" "$1")$'\n'
}

_finish() {
    local code=$?
    if [ -n "$aside" ]; then
        kill -TERM -- "-$aside_process" 2>/dev/null || true
        wait "$aside_process" || true
        times+=$(printf '%6d s  %s: ended' "$((SECONDS - aside_began))" "$aside")$'\n'
        _show_aside
    fi
    if ((code)); then
        _ended ": failed"
        printf '\n%s%s failed after %d s, with exit code %d\n' "$times" "${current:-the beginning}" "$SECONDS" "$code"
    else
        _ended ''
        printf '\n%sall stages passed in %d s\n' "$times" "$SECONDS"
    fi
}
trap _finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
