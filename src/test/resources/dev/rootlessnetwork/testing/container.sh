# Runs a command in a root of its own, as a container does: the host's directories, but a /run of its own,
# in which one directory of the host is mounted where MOUNTED names it.
# For a mount namespace of its own. Usage: container.sh DIRECTORY COMMAND...; the directory is below /run.
set -eu

root=$1
shift
mount -t tmpfs -o mode=0755 tmpfs "$root"
mkdir "$root/run" "$root/host"
for entry in /*; do
    if [ "$entry" = /run ]; then
        continue
    elif [ -L "$entry" ]; then
        ln -s "$(readlink "$entry")" "$root$entry"
    elif [ -d "$entry" ]; then
        mkdir "$root$entry"
        mount --rbind "$entry" "$root$entry"
    fi
done
resolv_conf=$(readlink -f /etc/resolv.conf || true)
name_servers=$(cat /etc/resolv.conf 2>/dev/null || true)
mount -t tmpfs -o mode=0755 tmpfs "$root/run"
if [ -n "${MOUNTED:-}" ]; then
    mkdir -p "$root$MOUNTED"
    mount --bind "$MOUNTED" "$root$MOUNTED"
fi

cd "$root"
pivot_root . host
umount -l /host
case $resolv_conf in
/run/*)
    mkdir -p "$(dirname "$resolv_conf")"
    printf '%s\n' "$name_servers" >"$resolv_conf"
    ;;
esac
exec "$@"
