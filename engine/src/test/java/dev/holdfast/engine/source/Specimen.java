package dev.holdfast.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;

/** A directory with one of everything that a Linux file system can hold. */
final class Specimen {
  private static final String SCRIPT =
      """
      umask 022
      mkdir -p tree && cd tree
      mkdir -m 0750 sub; mkdir -m 1777 sticky; mkdir -m 2755 setgid; mkdir empty
      printf hello >plain; : >nothing; printf x >sub/x
      printf one >$'new\\nline'; printf two >$'not\\xffutf8'; printf three >'gr\u00fc\u00dfe'
      printf four >' leading and trailing '; printf five >'-dash'; printf six >'back\\slash "quoted"'
      mkdir $'d\\xfe\\n'; printf seven >$'d\\xfe\\n'/inside
      long=$(printf 'n%.0s' $(seq 255)); printf eight >"$long"
      deep=; for i in $(seq 12); do deep=$deep$(printf 'd%.0s' $(seq 60))/; done
      mkdir -p "$deep"; printf nine >"$deep/bottom"; ln -s "$deep/bottom" "$deep/to-bottom"
      ln -s plain link; ln -s /does/not/exist dangling; ln -s $'\\xff\\n' odd-link
      ln -s "$(printf 't%.0s' $(seq 300))" long-link
      ln plain sub/another-name; ln plain zzz-last-name; ln link sub/same-link
      mkfifo -m 0600 fifo; ln fifo sub/fifo2
      chmod 4755 nothing; chmod 0400 sub/x
      truncate -s 3M sparse; printf middle | dd of=sparse bs=1 seek=1048576 conv=notrunc status=none
      truncate -s 2M all-hole
      printf start >end-hole; truncate -s 1M end-hole
      truncate -s 1M start-hole; printf end >>start-hole
      for i in $(seq 0 2 90); do
        printf part | dd of=many-holes bs=1 seek=$((i * 65536)) conv=notrunc status=none
      done
      head -c 700001 /dev/urandom >random
      touch -d '2001-02-03 04:05:06.123456789 UTC' plain
      touch -d '1960-01-01 00:00:00.5 UTC' random
      touch -d '2100-01-01 00:00:00 UTC' nothing
      touch -h -d '2010-10-10 10:10:10.000000001 UTC' link
      """;

  private static final String ATTRIBUTES =
      """
      cd tree
      setfattr -n user.text -v hello plain
      setfattr -n user.binary -v 0x00ff3d0a80 plain
      setfattr -n user.empty sub
      setfattr -n user.with=equals%25percent -v 1 nothing
      setfacl -m u:daemon:rwx,u:12345:r--,g:mail:r-x,m:rwx sub/x
      setfacl -m u:daemon:rx sub
      setfacl -d -m u:daemon:rwx,g::r-x,o::--- sub
      setfacl -d -m u::rwx,g::r-x,o::--- setgid
      """;

  private static final String AS_ROOT =
      """
      cd tree
      mknod null c 1 3; mknod disk b 259 1048575
      chown 1234:5678 plain; chown 4000000000:3000000 random; chown -h 7:8 dangling
      chmod 6755 random
      setcap cap_setuid,cap_net_admin,cap_kill+ep start-hole
      setfattr -n trusted.mark -v 0x8000 sparse
      """;

  private static final String TIMES =
      """
      cd tree
      touch -d '2020-02-02 02:02:02.020202020 UTC' sub empty sticky
      touch -d '2021-01-01 01:01:01 UTC' .
      """;

  private Specimen() {}

  /** Makes it, as {@code tree} in {@code folder}; as root with what only root can make. */
  static Path make(Path folder) {
    Programs.need("setfattr", "setfacl", "setcap", "rsync");
    Programs.bash(folder, SCRIPT);
    Programs.bash(folder, ATTRIBUTES);
    if ("root".equals(System.getProperty("user.name"))) {
      Programs.bash(folder, AS_ROOT);
    }
    Programs.bash(folder, TIMES);
    return folder.resolve("tree");
  }

  /** Returns what rsync would still change to make {@code target} equal to {@code source}. */
  static String rsyncDifferences(Path folder, Path source, Path target) {
    return Programs.run(
        folder,
        "rsync",
        "-aHAXSnc",
        "--numeric-ids",
        "--delete",
        "--itemize-changes",
        source + "/",
        target + "/");
  }

  /** Requires that files use as much space in both places, but for the map of their extents. */
  static void requireSameHoles(Path expected, Path actual, String... files) {
    for (String file : files) {
      assertThat(kilobytes(actual, file))
          .as(file)
          .isCloseTo(kilobytes(expected, file), within(16L));
    }
  }

  private static long kilobytes(Path folder, String file) {
    String line = Programs.run(folder, "du", "-k", file);
    return Long.parseLong(line.substring(0, line.indexOf('\t')));
  }
}
