package dev.holdfast.testing.wrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A small Debian by debootstrap, with an older and a newer version of some packages: with
 * maintainer scripts, configuration files, shared libraries and setuid programs. The trees are made
 * once and kept as an archive in the build's folder; {@link #OLD} and {@link #NEW} are what dpkg
 * makes of them natively.
 */
final class DebianSystem {
  /** The tree with the older versions. */
  static final String OLD = "old";

  /** The tree with the newer versions, by dpkg alone. */
  static final String NEW = "new";

  /** Where the packages are, in the trees. */
  static final String PACKAGES = "/srv/packages";

  private static final String MIRROR = "http://deb.debian.org/debian";
  private static final String SUITE = "bookworm";
  private static final List<String> UPGRADED = List.of("sudo", "openssl", "libssl3");
  private static final String QUIET = "DEBIAN_FRONTEND=noninteractive LC_ALL=C ";

  private final Path folder;

  private DebianSystem(Path folder) {
    this.folder = folder;
  }

  /** Returns what is missing for one, if something is. */
  static Optional<String> missing() throws IOException {
    Path here = Path.of("/");
    if (!"0".equals(Commands.run(here, "id -u").output().strip())) {
      return Optional.of("needs root");
    }
    for (String tool :
        List.of("debootstrap", "apt-get", "dpkg-deb", "rsync", "strace", "unshare", "timeout")) {
      if (Commands.run(here, "command -v " + tool).exit() != 0) {
        return Optional.of(tool + " is not installed");
      }
    }
    return Optional.empty();
  }

  /** Returns whether its archive is there, or could be made just now. */
  static boolean isFetched() throws IOException {
    Path archive = archive();
    return Files.exists(archive) || build(archive);
  }

  /**
   * Makes the trees {@link #OLD} and {@link #NEW} in a folder.
   *
   * @return empty if Debian's mirror can't be reached, or serves one version only
   */
  static Optional<DebianSystem> make(Path folder) throws IOException {
    if (!isFetched()) {
      return Optional.empty();
    }
    Commands.require(folder, "tar -xpf " + Commands.quoted(archive().toString()) + " --xattrs");
    return Optional.of(new DebianSystem(folder));
  }

  private static Path archive() throws IOException {
    Path module = Path.of("integration-tests/target").toAbsolutePath();
    Path target = Files.isDirectory(module) ? module : Path.of("target").toAbsolutePath();
    return Files.createDirectories(target).resolve("debian-" + SUITE + ".tar");
  }

  private static boolean build(Path archive) throws IOException {
    // In memory: dpkg syncs every file of a new system.
    Path memory = Path.of("/dev/shm");
    Path work = Files.createTempDirectory(Files.isDirectory(memory) ? memory : null, "debian-");
    try {
      if (Commands.run(work, "debootstrap --variant=minbase " + SUITE + " base " + MIRROR).exit()
          != 0) {
        return false;
      }
      Path packages = work.resolve("base" + PACKAGES);
      for (String name : UPGRADED) {
        if (!fetchTwoVersions(packages, name)) {
          return false;
        }
      }
      // No services; no package lists but our own; no names of machines.
      Commands.require(
          work,
          "printf '#!/bin/sh\\nexit 101\\n' > base/usr/sbin/policy-rc.d && chmod 755"
              + " base/usr/sbin/policy-rc.d && rm -rf base/var/lib/apt/lists/*"
              + " base/var/cache/apt/archives/*.deb && echo 'deb [trusted=yes] file:"
              + PACKAGES
              + "/new ./' > base/etc/apt/sources.list");
      Commands.require(packages.resolve("new"), index());
      Commands.require(work, chroot("base", "dpkg -i " + PACKAGES + "/old/*.deb"));
      Commands.require(work, "mv base old && cp -a old new");
      Commands.require(work, chroot("new", "dpkg -i " + PACKAGES + "/new/*.deb"));
      Commands.require(work, "tar -cf ready.tar --xattrs old new");
      Commands.require(work, "mv ready.tar " + Commands.quoted(archive + ".new"));
      Commands.require(work, "mv " + Commands.quoted(archive + ".new") + " " + archive);
      return true;
    } finally {
      Commands.run(work, "rm -rf --one-file-system " + Commands.quoted(work.toString()));
    }
  }

  private static boolean fetchTwoVersions(Path packages, String name) throws IOException {
    String question = "apt-cache madison " + name + " | awk '{print $3}' | sort -uV";
    if (Commands.run(Path.of("/"), question).output().isBlank()) {
      Commands.run(Path.of("/"), "apt-get -q update");
    }
    List<String> versions = Commands.run(Path.of("/"), question).output().lines().toList();
    if (versions.size() < 2) {
      return false;
    }
    for (String age : List.of("old", "new")) {
      Path folder = Files.createDirectories(packages.resolve(age));
      String version = age.equals("old") ? versions.getFirst() : versions.getLast();
      if (Commands.run(folder, "apt-get -q download " + name + "=" + version).exit() != 0) {
        return false;
      }
    }
    return true;
  }

  /** What dpkg-scanpackages does, which is a package of its own. */
  private static String index() {
    return "for p in *.deb; do dpkg-deb -f \"$p\"; echo \"Filename: ./$p\"; echo \"Size: $(stat -c %s"
        + " \"$p\")\"; echo \"SHA256: $(sha256sum \"$p\" | cut -d' ' -f1)\"; echo; done > Packages";
  }

  /** Returns the line that runs a line inside of a tree. */
  static String chroot(String tree, String line) {
    return "chroot " + tree + " sh -c " + Commands.quoted(QUIET + line);
  }

  /** Returns the tree with the older versions. */
  Path old() {
    return folder.resolve(OLD);
  }

  /** Returns the tree that dpkg made without being wrapped. */
  Path upgraded() {
    return folder.resolve(NEW);
  }
}
