package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.FileSystemFacts;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.Diagnosis.Check;
import dev.holdfast.engine.Diagnosis.Grade;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.RefusedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a directory's mount offers and which level a root there gets: from what the kernel
 * says of it, and by trying. Never states more than was seen.
 */
final class Doctor {
  private static final Set<String> STABLE_IDENTITY = Set.of("ext2", "ext3", "ext4", "xfs", "btrfs");
  private static final long LITTLE_SPACE = 64L << 20;
  private static final long FEW_INODES = 1000;
  private static final int OTHERS_WRITE = 0022;

  private final Engine engine;
  private final Disk disk;
  private final AbsolutePath path;
  private final List<Check> checks = new ArrayList<>();

  Doctor(Engine engine, AbsolutePath path) {
    this.engine = engine;
    this.disk = engine.environment().disk();
    this.path = path;
  }

  Diagnosis diagnose() throws IOException {
    MountLevel level;
    try (Directory directory = nearest()) {
      FileSystemFacts facts = directory.fileSystem();
      MountLevel.Journaling journaling =
          MountLevel.journaling(disk, facts, directory.stat().device());
      level = MountLevel.of(facts, journaling);
      fileSystem(facts, level);
      journal(facts, journaling);
      barriers(facts);
      kernel();
      identity(facts);
      space(facts);
      level = probe(level, facts.readOnly());
      below(facts);
    }
    state();
    owner();
    Optional<String> selfHosted = SelfHosting.of(disk, path);
    add(
        "self-hosting",
        selfHosted.isPresent() ? Grade.NOTE : Grade.GOOD,
        selfHosted.orElse("recovery needs nothing of it in order to start"));
    add(
        "levels",
        Grade.NOTE,
        "L2 is for readers that honour the gate; L3 (for every reader that opens by path) needs a"
            + " pivot layout, which is not there yet");
    return new Diagnosis(
        path, level.level(), level.text() + selfHosted.map(text -> "; " + text).orElse(""), checks);
  }

  private void add(String name, Grade grade, String text) {
    checks.add(new Check(name, grade, text));
  }

  /** The directory itself, or the one in which it would be made. */
  private Directory nearest() throws DiskException {
    try {
      return disk.openDirectory(path);
    } catch (DiskException e) {
      if (e.error() != DiskError.NOT_FOUND) {
        throw e;
      }
      return disk.openDirectory(path.parent());
    }
  }

  // ---- what the kernel says --------------------------------------------------------------------

  private void fileSystem(FileSystemFacts facts, MountLevel level) {
    add(
        "file system",
        level.level().equals("L2") ? Grade.GOOD : Grade.BAD,
        facts.type()
            + " at "
            + facts.mountPoint()
            + " ("
            + facts.options()
            + ")"
            + (level.level().equals("L2") ? "" : ": " + level.text()));
    if (facts.readOnly()) {
      add("writing", Grade.BAD, "mounted read-only: nothing can be changed");
    }
  }

  private void journal(FileSystemFacts facts, MountLevel.Journaling journaling) {
    switch (journaling) {
      case YES ->
          add(
              "journal",
              Grade.GOOD,
              facts.type().equals("btrfs") ? "none needed: btrfs copies on write" : "there");
      case NO -> add("journal", Grade.BAD, "none: renames are not atomic through a power cut");
      case UNKNOWN -> add("journal", Grade.NOTE, "whether there is one is not known");
    }
  }

  private void barriers(FileSystemFacts facts) {
    if (MountLevel.hasNoBarriers(facts)) {
      add(
          "flushes",
          Grade.BAD,
          "switched off by the mount's options: a power cut can lose what was called durable");
    } else {
      add(
          "flushes",
          Grade.GOOD,
          "no mount option switches them off; whether the device obeys is not known");
    }
    for (String option : facts.options().split(",", -1)) {
      if (option.startsWith("data=")) {
        add(
            "data mode",
            Grade.NOTE,
            option + ": barriers use syncfs, which covers data in every mode");
      }
    }
  }

  private void kernel() {
    String release =
        SystemFiles.text(disk, AbsolutePath.of("/proc/sys/kernel/osrelease"))
            .map(String::strip)
            .orElse("");
    String[] parts = release.split("[.-]", -1);
    if (parts.length < 2 || !(parts[0] + parts[1]).matches("[0-9]{2,6}")) {
      add("kernel", Grade.NOTE, "its version is not known");
      return;
    }
    int major = Integer.parseInt(parts[0]);
    boolean reports = major > 5 || (major == 5 && Integer.parseInt(parts[1]) >= 8);
    add(
        "kernel",
        reports ? Grade.GOOD : Grade.BAD,
        release
            + (reports
                ? ": syncfs reports write errors"
                : ": before 5.8 syncfs does not report write errors"));
  }

  private void identity(FileSystemFacts facts) {
    if (STABLE_IDENTITY.contains(facts.type())) {
      add("identity", Grade.GOOD, "the file system's UUID tells it after a reboot: " + facts.id());
    } else {
      add(
          "identity",
          Grade.NOTE,
          "a reboot or a new mount may change it: what is pending then needs `holdfast resolve`");
    }
  }

  private void space(FileSystemFacts facts) {
    boolean little = facts.freeBytes() < LITTLE_SPACE || facts.freeInodes() < FEW_INODES;
    add(
        "space",
        little ? Grade.NOTE : Grade.GOOD,
        (facts.freeBytes() >> 20)
            + " MiB free"
            + (facts.freeInodes() == Long.MAX_VALUE ? "" : ", " + facts.freeInodes() + " inodes")
            + (little ? ": an update needs room for all that it replaces" : ""));
  }

  private void below(FileSystemFacts facts) throws IOException {
    Optional<List<AbsolutePath>> mounts = Mounts.below(disk, path);
    if (mounts.isEmpty()) {
      add("mounts below", Grade.NOTE, "not known");
    } else if (mounts.get().isEmpty()) {
      add("mounts below", Grade.GOOD, "none");
    } else {
      add("mounts below", Grade.NOTE, "no update enters " + listed(mounts.get()));
    }
    if (!facts.type().equals("btrfs")) {
      return;
    }
    Mounts.Subvolumes subvolumes = Mounts.subvolumes(disk, path);
    String rest = subvolumes.isComplete() ? "" : " (not all directories were looked at)";
    add(
        "subvolumes below",
        subvolumes.found().isEmpty() && subvolumes.isComplete() ? Grade.GOOD : Grade.NOTE,
        subvolumes.found().isEmpty()
            ? "none" + rest
            : "no update enters " + listed(subvolumes.found()) + rest);
  }

  private static String listed(List<AbsolutePath> paths) {
    String first =
        paths.stream().limit(5).map(AbsolutePath::toString).collect(Collectors.joining(", "));
    return paths.size() > 5 ? first + " and " + (paths.size() - 5) + " more" : first;
  }

  private void state() throws IOException {
    AbsolutePath place = engine.journal().directory();
    try (Directory directory = disk.openDirectory(place)) {
      MountLevel level = MountLevel.of(disk, directory);
      boolean good = level.level().equals("L2");
      add(
          "state directory",
          good ? Grade.GOOD : Grade.NOTE,
          place
              + " on "
              + directory.fileSystem().type()
              + (good ? "" : ": the journal is as safe as that, " + level.text()));
    }
  }

  private void owner() {
    if (!disk.host().isRoot()) {
      add(
          "privileges",
          Grade.NOTE,
          "not root: owners, capabilities, trusted.* and devices of a source are left out");
    }
  }

  // ---- trying ----------------------------------------------------------------------------------

  private MountLevel probe(MountLevel level, boolean readOnly) throws IOException {
    AbsolutePath place = place();
    if (place == null || readOnly) {
      return new MountLevel("none", "no update is possible there", false);
    }
    try (Scratch scratch = Scratch.make(disk, place, engine.environment().random())) {
      Probes probes = new Probes(scratch.directory(), disk.host().isRoot());
      checks.addAll(probes.run());
      if (!probes.updatesWork()) {
        return new MountLevel("none", "the mount lacks what updates need", false);
      }
      return probes.barriersWork()
          ? level
          : new MountLevel("L1", "for killed processes only: barriers fail there", false);
    } catch (RefusedException e) {
      add("probes", Grade.BAD, String.valueOf(e.getMessage()));
      return new MountLevel("none", "no update is possible there", false);
    } catch (DiskException e) {
      add("probes", Grade.BAD, "nothing could be tried: " + e.getMessage());
      return new MountLevel("none", "this user cannot write there", false);
    }
  }

  /** Says where the control directory is or would be; returns null if there is no place for it. */
  private @Nullable AbsolutePath place() throws IOException {
    Optional<AbsolutePath> registered = engine.registry().control(path);
    if (registered.isPresent()) {
      add(
          "control directory",
          Grade.GOOD,
          registered.get() + ", since the root was registered; it does not move");
      return registered.get();
    }
    if (path.belowRoot().isEmpty()) {
      add("control directory", Grade.BAD, "/ cannot be a root; name the directories that change");
      return null;
    }
    try {
      AbsolutePath place = ControlDirectory.placeFor(disk, path);
      boolean inside = place.name().equals(ControlDirectory.NAME);
      add(
          "control directory",
          inside ? Grade.NOTE : Grade.GOOD,
          place + (inside ? ", in the root itself, because " + whyInside() : ", beside the root"));
      return place;
    } catch (RefusedException e) {
      add("control directory", Grade.BAD, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private String whyInside() throws DiskException {
    AbsolutePath parent = path.parent();
    try (Directory holder = disk.openDirectory(parent)) {
      Stat stat = holder.stat();
      if (stat.uid() != disk.host().uid()) {
        return parent + " belongs to user " + stat.uid();
      }
      if ((stat.mode() & OTHERS_WRITE) != 0) {
        return "others may write in " + parent;
      }
      return holder.fileSystem().readOnly()
          ? parent + " is mounted read-only"
          : "it is a mount of its own";
    }
  }
}
