package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds roots that recovery itself needs in order to start: the C library, the Java runtime, the
 * shell. If an update of such a root stops half way, nothing may be there to finish it.
 */
final class SelfHosting {
  private static final List<String> NEEDED =
      List.of(
          "/usr",
          "/bin/sh",
          "/usr/bin/flock",
          "/lib64/ld-linux-x86-64.so.2",
          "/lib/ld-linux-aarch64.so.1",
          "/lib/x86_64-linux-gnu/libc.so.6",
          "/lib/aarch64-linux-gnu/libc.so.6",
          "/lib64/libc.so.6",
          "/lib/libc.so.6");

  private SelfHosting() {}

  /** Returns what recovery needs of {@code root}, in words; empty if nothing. */
  static Optional<String> of(Disk disk, AbsolutePath root) {
    AbsolutePath real = SystemFiles.real(disk, root).orElse(root);
    for (String needed : needed()) {
      Optional<AbsolutePath> place =
          needed.isEmpty() ? Optional.empty() : SystemFiles.real(disk, AbsolutePath.of(needed));
      if (place.filter(real::contains).isPresent()) {
        return Optional.of(
            "self-hosted: recovery itself needs "
                + place.get()
                + ", so after a crash it takes an initramfs or rescue media");
      }
    }
    return Optional.empty();
  }

  private static List<String> needed() {
    List<String> needed = new ArrayList<>(NEEDED);
    needed.add(System.getProperty("java.home", ""));
    return needed;
  }
}
