# Sourced by `run`: how long each stage took is said at the end, whether all of them passed or one failed.

times='' current='' began=0

# Begin a stage; the one before has passed.
stage() {
    _ended ''
    current=$1 began=$SECONDS
    printf '\n== %s (after %d s)\n' "$1" "$SECONDS"
}

_ended() {
    [ -z "$current" ] || times+=$(printf '%6d s  %s%s' "$((SECONDS - began))" "$current" "$1")$'\n'
}

_finish() {
    local code=$?
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
