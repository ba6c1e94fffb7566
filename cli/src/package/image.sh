#!/bin/sh
# image.sh SOURCES JARS IMAGE: makes the folder IMAGE, which holds all that the program needs on a machine without
# a JDK, of the jars in the folder JARS. SOURCES is the checkout; JAVA_HOME is a JDK.
set -eu
sources=$1 jars=$2 image=$3
here=$sources/cli/src/package
modules=java.base,java.logging,java.management,java.naming,java.sql,jdk.unsupported

# A second run keeps the runtime: nothing in it comes from the sources but what stands here.
next=$image.next
made_of="$modules $JAVA_HOME $(cat "$JAVA_HOME/release") $(cksum <"$here/image.sh")"
rm -rf "$next"
mkdir -p "$next/lib" "$next/bin"
if [ -f "$image/lib/runtime/made-of" ] && [ "$(cat "$image/lib/runtime/made-of")" = "$made_of" ]; then
  cp -a "$image/lib/runtime" "$next/lib/runtime"
else
  "$JAVA_HOME/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages \
    --output "$next/lib/runtime"
  chmod -R u+w "$next/lib/runtime"
  if command -v strip >/dev/null; then
    find "$next/lib/runtime" \( -name '*.so' -o -path '*/bin/*' -type f -o -name jexec -o -name jspawnhelper \) \
      -exec strip --strip-unneeded {} +
  fi
  echo "$made_of" >"$next/lib/runtime/made-of"
fi

cp "$jars"/*.jar "$next/lib/"
"$JAVA_HOME/bin/java" "$here/PrepareJars.java" "$next"/lib/*.jar
# Whole seconds, which every archive keeps: virtual machines may compare the jars' times with the cache's.
find "$next/lib" -name '*.jar' -exec touch -d "@${SOURCE_DATE_EPOCH:-$(date +%s)}" {} +
cp "$here/launch.sh" "$next/lib/launch.sh"
cp "$here/holdfast.sh" "$next/bin/holdfast"
cp "$sources/cli/src/main/resources/dev/holdfast/cli/services/holdfast-gate" "$next/bin/holdfast-gate"
chmod 755 "$next/bin/holdfast" "$next/bin/holdfast-gate"
cp "$sources/LICENSE" "$next/LICENSE"

class_path=$(printf '%s:' "$next"/lib/*.jar)
class_path=${class_path%:}
set -- "$next/lib/runtime/bin/java" -XX:+UseSerialGC -Xmx256m --enable-native-access=ALL-UNNAMED -cp "$class_path"
"$@" dev.holdfast.cli.Documents "$next/share"

# What users do, done once, so that its classes are in the cache.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
(
  cd "$scratch"
  mkdir -p old/sub new/sub live
  for number in 1 2 3 4 5 6 7 8 9; do
    echo "$number" >"old/file$number"
    echo "$number, again" >"new/file$number"
    echo "$number" >"new/sub/file$number"
  done
  ln -s file1 new/link
  tar -cf new.tar -C new .
  cat >commands <<'END'
--state state apply -m first old live
--state state apply new live
--state state apply --dry-run old live
--state state undo last
--state state apply new.tar live
--state state status
--state state status --json
--state state log
--state state log --json -n 5
--state state show last
--state state show --patch last
--state state recover
--state state doctor live
--state state root list
--state state audit check
--state state verify live
--help
apply --help
--version
END
  "$@" -XX:AOTCacheOutput="$next/lib/holdfast.aot" -Xlog:disable -Xlog:all=error:stderr \
    dev.holdfast.cli.Rehearsal commands >rehearsal.log 2>&1 || {
    echo "holdfast: no cache for a quick start could be made:" >&2
    cat rehearsal.log >&2
  }
)
rm -rf "$image"
mv "$next" "$image"
