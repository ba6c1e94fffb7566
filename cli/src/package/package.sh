#!/bin/sh
# package.sh IMAGE OUT: makes of the folder IMAGE an archive and, where there is dpkg-deb, a Debian package, in OUT.
set -eu

usage() {
  cat <<'END'
Usage: ./holdfast package

Makes target/package/holdfast-VERSION-SYSTEM, a folder that runs anywhere on this kind of system without a
JDK, the same as a .tar.gz, and where there is dpkg-deb a .deb.
END
}

[ "$#" -ge 2 ] || exit 2
image=$1 out=$2
shift 2
case ${1-} in
  "") ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    echo "holdfast: package takes no argument $1" >&2
    exit 2
    ;;
esac

here=$(dirname "$(readlink -f "$0")")
version=$("$image/bin/holdfast" --version)
version=${version#holdfast }
name=holdfast-$version-$(uname -s | tr 'A-Z' 'a-z')-$(uname -m)
rm -rf "$out"
mkdir -p "$out"

cp -a "$image" "$out/$name"
rm -f "$out/$name/stamp" "$out/$name/lib/runtime/made-of"
tar --sort=name --owner=0 --group=0 --numeric-owner -C "$out" -czf "$out/$name.tar.gz" "$name"
echo "$out/$name"
echo "$out/$name.tar.gz"

command -v dpkg-deb >/dev/null || {
  echo "holdfast: no dpkg-deb, so no .deb was made" >&2
  exit 0
}
deb_version=$(echo "$version" | sed 's/-SNAPSHOT$/~snapshot/')
architecture=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

mkdir -p "$root/usr/lib" "$root/usr/bin" "$root/DEBIAN" "$root/usr/lib/systemd/system" \
  "$root/usr/share/doc/holdfast" "$root/usr/share/lintian/overrides"
cp -a "$out/$name" "$root/usr/lib/holdfast"
mv "$root/usr/lib/holdfast/share/man" "$root/usr/lib/holdfast/share/bash-completion" \
  "$root/usr/lib/holdfast/share/zsh" "$root/usr/lib/holdfast/share/fish" "$root/usr/share/"
rmdir "$root/usr/lib/holdfast/share"
rm "$root/usr/lib/holdfast/LICENSE"
find "$root/usr/share/man" -name '*.1' -exec gzip -9n {} +
ln -s ../lib/holdfast/bin/holdfast "$root/usr/bin/holdfast"
ln -s ../lib/holdfast/bin/holdfast-gate "$root/usr/bin/holdfast-gate"

# What `install-boot` would write, at the places of a distribution's own files.
"$image/bin/holdfast" --state /var/lib/holdfast install-boot --systemd --program /usr/bin/holdfast \
  --destdir "$root/boot" >/dev/null 2>&1 || {
  mkdir "$root/boot"
  "$image/bin/holdfast" --state /var/lib/holdfast install-boot --systemd --program /usr/bin/holdfast \
    --destdir "$root/boot" >/dev/null
}
sed -i -e 's|/usr/local/lib/holdfast|/usr/lib/holdfast|g' -e 's|/usr/local/bin|/usr/bin|g' \
  -e 's|^# Installed by .*|# Recovery before services.|' -e 's|man:flock(1)|man:holdfast-recover(1)|' \
  "$root"/boot/usr/local/lib/holdfast/* "$root/boot/etc/systemd/system/holdfast-recover.service"
mv "$root"/boot/usr/local/lib/holdfast/* "$root/usr/lib/holdfast/"
mv "$root/boot/etc/systemd/system/holdfast-recover.service" "$root/usr/lib/systemd/system/"
rm -rf "$root/boot"

cp "$here/debian/postinst" "$here/debian/postrm" "$root/DEBIAN/"
chmod 755 "$root"/DEBIAN/*
cp "$here/debian/lintian-overrides" "$root/usr/share/lintian/overrides/holdfast"
cp "$here/debian/copyright" "$root/usr/share/doc/holdfast/copyright"
printf 'holdfast (%s) unstable; urgency=medium\n\n  * Packaged from its sources.\n\n -- Holdfast developers <holdfast@packages.debian.org>  %s\n' \
  "$deb_version" "$(date -u -R -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}")" |
  gzip -9n >"$root/usr/share/doc/holdfast/changelog.gz"
find "$root/usr/lib/holdfast/lib/runtime" -name '*.so' -exec chmod 644 {} +
find "$root/usr" -type f -perm 444 -exec chmod 644 {} +
chmod 644 "$root/usr/lib/holdfast/lib/launch.sh"
chmod -R go-w "$root/usr"
sed -i "s/@YEAR@/$(date -u -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" +%Y)/" "$root/usr/share/doc/holdfast/copyright"
(cd "$root" && find usr -type f -exec md5sum {} +) >"$root/DEBIAN/md5sums"
cat >"$root/DEBIAN/control" <<END
Package: holdfast
Version: $deb_version
Architecture: $architecture
Maintainer: Holdfast developers <holdfast@packages.debian.org>
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: libc6 (>= 2.34), init-system-helpers (>= 1.51)
Section: admin
Priority: optional
Description: updates of directories as transactions
 Makes an update of live directories one transaction: all of it or nothing, also
 where the power fails half way. What a crash left is completed or rolled back
 before services see it; past updates are on record and can be taken back.
 .
 The package brings its own Java runtime.
END
dpkg-deb --root-owner-group -Zxz -z1 -b "$root" "$out/holdfast_${deb_version}_$architecture.deb" >/dev/null
echo "$out/holdfast_${deb_version}_$architecture.deb"
