#!/bin/sh
# Builds and tries the image where there is no Docker: carries the Dockerfile's own steps out in a fresh Debian
# tree, and runs the result as compose.yaml does (docker/in_chroot.py). Needs root, debootstrap and 12 GB.
#
# usage: docker/prove.sh FOLDER [options of `in_chroot.py build`, such as --build-arg TORCH=default]
#
# FOLDER is made and keeps the tree; remove it afterwards. CERTIFICATES=FOLDER has .crt files of a private
# authority, which the tree will trust.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tree=$folder/tree
say() { printf '\n== %s\n' "$*"; }
run() { python3 "$here/in_chroot.py" run --volume "$folder/films:/films" "$@"; }

if [ ! -e "$tree/etc/image.json" ]; then
    say "a fresh Debian"
    rm -rf "$tree"
    debootstrap --variant=minbase trixie "$tree" >"$folder/debootstrap.log"
    rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
    [ -z "${CERTIFICATES:-}" ] || install -D -m 644 -t "$tree/usr/local/share/ca-certificates" "$CERTIFICATES"/*.crt
    say "the Dockerfile's steps"
    python3 "$here/in_chroot.py" build "$tree" "$@"
fi
say "size in MB, files that share their content counted once"
du -sxm "$tree"
du -sxm "$tree"/opt/orchestrator/envs/*/

say "a film, as the image's user, without a network"
install -d -o 1000 -g 1000 "$folder/films" "$folder/home"
run --volume "$folder/home:/data" "$tree" demo
ls -ln "$folder/films/orchestrator-demo"

say "the same as another user, with a home of its own"
install -d -o 4321 -g 4321 "$folder/films/theirs" "$folder/their-home"
cp "$folder/films/orchestrator-demo/demo.mkv" "$folder/films/theirs"
run --volume "$folder/their-home:/data" --user 4321:4321 "$tree" run theirs/demo.mkv --quiet

say "the service: healthy, and ended by TERM"
run --volume "$folder/home:/data" "$tree" >"$folder/service.log" 2>&1 &
sleep 5
first=$(pgrep --full --newest 'tini -- orchestrator serve')
for _ in $(seq 60); do
    # The check runs beside the service, as `docker exec` would run it.
    nsenter --target "$first" --net --root --wd python3 "-Ic" "$(python3 -c '
import json, sys
print(json.load(open(sys.argv[1]))["healthcheck"][-1])' "$tree/etc/image.json")" 2>/dev/null && break
    sleep 1
done && echo healthy
ps -o pid,ppid,user,stat,args --ppid "$first"
kill -TERM "$first"
started=$(date +%s)
wait || true
echo "ended after $(($(date +%s) - started)) s; left over: $(pgrep --count --full "^/opt/orchestrator" || true)"
cat "$folder/service.log"
