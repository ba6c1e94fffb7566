package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.TypedPath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the journal lives: as asked for, as a root's control directory says, or as usual. */
final class StateDirectories {
  private static final AbsolutePath OF_ROOT = AbsolutePath.of("/var/lib/holdfast");

  private final Disk disk;
  private final Environment environment;
  private final @Nullable ByteString option;

  /**
   * Creates the choice.
   *
   * @param option what {@code --state} says, or null
   */
  StateDirectories(Disk disk, Environment environment, @Nullable ByteString option) {
    this.disk = disk;
    this.environment = environment;
    this.option = option;
  }

  /** Returns the state directory of a command that is given no root. */
  AbsolutePath standard() throws IOException {
    Optional<AbsolutePath> explicit = explicit();
    return explicit.isPresent() ? explicit.get() : usual();
  }

  /**
   * Returns the state directory of the journal that {@code path}, or a directory around it, is
   * under the care of; the standard one if none is.
   *
   * @throws ConflictException if another one was asked for
   */
  AbsolutePath of(AbsolutePath path) throws IOException {
    Optional<AbsolutePath> explicit = explicit();
    AbsolutePath named = nearest(real(path));
    if (explicit.isPresent() && named != null && !real(explicit.get()).equals(real(named))) {
      throw new ConflictException(
          "%s belongs to the journal in %s, not to the one in %s; name that one, or none"
              .formatted(path, named, explicit.get()),
          List.of());
    }
    if (named != null) {
      return named;
    }
    return explicit.isPresent() ? explicit.get() : usual();
  }

  /**
   * Returns the state directory of one journal for all of {@code paths}.
   *
   * @throws ConflictException if they belong to several
   */
  AbsolutePath ofAll(Collection<AbsolutePath> paths) throws IOException {
    Map<AbsolutePath, List<AbsolutePath>> groups = grouped(paths, this::of);
    if (groups.size() > 1) {
      throw new ConflictException(
          "one transaction has one journal, and these roots have several: " + groups, List.of());
    }
    return groups.keySet().iterator().next();
  }

  /**
   * Returns the state directory of the journal that is to take {@code path} over: the one that was
   * asked for, or else a journal where the lost one was.
   */
  AbsolutePath adopting(AbsolutePath path) throws IOException {
    Optional<AbsolutePath> explicit = explicit();
    AbsolutePath named = explicit.isPresent() ? null : nearest(real(path));
    return named == null ? standard() : named;
  }

  /** Tells a root's state directory. */
  @FunctionalInterface
  interface Choice {
    /** Returns it. */
    AbsolutePath of(AbsolutePath path) throws IOException;
  }

  /** Returns paths by the state directories that {@code choice} tells. */
  static Map<AbsolutePath, List<AbsolutePath>> grouped(
      Collection<AbsolutePath> paths, Choice choice) throws IOException {
    Map<AbsolutePath, List<AbsolutePath>> groups = new LinkedHashMap<>();
    for (AbsolutePath path : paths) {
      groups.computeIfAbsent(choice.of(path), _ -> new ArrayList<>()).add(path);
    }
    return groups;
  }

  /** Returns {@code path}, or the nearest directory above it that is in no root under care. */
  AbsolutePath outsideRoots(AbsolutePath path) throws IOException {
    AbsolutePath place = path;
    for (AbsolutePath each = path; !each.equals(AbsolutePath.ROOT); each = each.parent()) {
      if (Holdfast.journalOf(disk, each) != null) {
        place = each.parent();
      }
    }
    return place;
  }

  private @Nullable AbsolutePath nearest(AbsolutePath path) throws IOException {
    AbsolutePath candidate = path;
    while (true) {
      AbsolutePath named = Holdfast.journalOf(disk, candidate);
      if (named != null || candidate.equals(AbsolutePath.ROOT)) {
        return named;
      }
      candidate = candidate.parent();
    }
  }

  private Optional<AbsolutePath> explicit() throws IOException {
    ByteString text = option != null ? option : environment.variable("HOLDFAST_STATE").orElse(null);
    return text == null ? Optional.empty() : Optional.of(TypedPaths.resolve(disk, text));
  }

  private AbsolutePath usual() throws IOException {
    if (disk.host().isRoot()) {
      return OF_ROOT;
    }
    // Of XDG's base directories a relative one counts as none.
    ByteString base = environment.variable("XDG_STATE_HOME").orElse(null);
    if (base != null && base.bytes()[0] == '/') {
      return TypedPaths.resolve(disk, base).resolve(RelativePath.of("holdfast"));
    }
    ByteString home =
        environment
            .variable("HOME")
            .orElseThrow(() -> new UsageException("HOME is not set: name the journal by --state"));
    return TypedPaths.resolve(disk, home).resolve(RelativePath.of(".local/state/holdfast"));
  }

  private AbsolutePath real(AbsolutePath path) throws DiskException {
    try {
      return disk.realPath(path);
    } catch (DiskException e) {
      if (e.error() != DiskError.NOT_FOUND) {
        throw e;
      }
      return TypedPath.located(disk, path);
    }
  }
}
