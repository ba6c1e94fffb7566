package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.testing.proof.Mutation.Action;
import dev.holdfast.testing.proof.Mutation.Step;
import dev.holdfast.testing.proof.Mutation.Verb;
import java.nio.ByteBuffer;
import java.time.Instant;

/** Mistakes of the real program that show when it is killed, or when a call of it fails. */
public enum ProgramMutants {
  /** The marker gets its name after the first visible change. */
  LATE_MARKER {
    @Override
    Mutation mutation(Disk disk) {
      return new Mutants.LateMarker();
    }
  },
  /** The marker goes before the first visible change, as if all were done. */
  EARLY_TOKEN {
    @Override
    Mutation mutation(Disk disk) {
      return new EarlyToken(disk);
    }
  },
  /** A file is written over in place, and only then exchanged. */
  IN_PLACE {
    @Override
    Mutation mutation(Disk disk) {
      return (step, action) -> {
        if (step.verb() == Verb.EXCHANGE) {
          writeInPlace(disk, step, action);
        } else {
          action.run();
        }
      };
    }
  },
  /** Recovery leaves out exchanges, and says that it went forward. */
  LAZY_RECOVERY {
    @Override
    Mutation mutation(Disk disk) {
      return (step, action) -> {
        if (step.verb() != Verb.EXCHANGE) {
          action.run();
        }
      };
    }
  },
  /** A failure of an exchange goes unnoticed. */
  DEAF {
    @Override
    Mutation mutation(Disk disk) {
      return (step, action) -> {
        try {
          action.run();
        } catch (DiskException e) {
          if (step.verb() != Verb.EXCHANGE) {
            throw e;
          }
        }
      };
    }
  };

  abstract Mutation mutation(Disk disk);

  /** Returns a disk with this mistake. */
  public Disk on(Disk disk) {
    return new MutantDisk(disk, mutation(disk));
  }

  /** The result is right, if nobody is killed meanwhile. */
  private static void writeInPlace(Disk disk, Step step, Action action) throws DiskException {
    AbsolutePath staged = AbsolutePath.of(step.path());
    AbsolutePath live = AbsolutePath.of(step.other());
    try (Directory stagedIn = disk.openDirectory(staged.parent());
        Directory liveIn = disk.openDirectory(live.parent())) {
      if (!isFile(stagedIn, staged.name()) || !isFile(liveIn, live.name())) {
        action.run();
        return;
      }
      try (DiskFile file = liveIn.openToWrite(live.name())) {
        Instant time = file.stat().modified();
        ByteBuffer old = contents(file);
        try (DiskFile fresh = stagedIn.openToRead(staged.name())) {
          write(file, contents(fresh));
        }
        action.run();
        write(file, old);
        file.setModified(time);
      }
    }
  }

  private static boolean isFile(Directory directory, EntryName name) throws DiskException {
    return directory.stat(name).filter(stat -> stat.isFile()).isPresent();
  }

  private static ByteBuffer contents(DiskFile file) throws DiskException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(file.size()));
    while (buffer.hasRemaining() && file.read(buffer.position(), buffer) > 0) {
      // until it is full
    }
    return buffer.flip();
  }

  private static void write(DiskFile file, ByteBuffer contents) throws DiskException {
    file.truncate(0);
    file.write(0, contents);
  }

  private static final class EarlyToken implements Mutation {
    private static final EntryName MARKER = EntryName.of("pending");
    private static final EntryName TOKEN = EntryName.of("applied");
    private final Disk disk;
    private boolean done;

    EarlyToken(Disk disk) {
      this.disk = disk;
    }

    @Override
    public void run(Step step, Action action) throws DiskException {
      if (step.verb() == Verb.RENAME && step.isTo("go")) {
        action.run();
        AbsolutePath folder = AbsolutePath.of(step.other()).parent();
        AbsolutePath control = folder.parent().parent();
        try (Directory from = disk.openDirectory(control);
            Directory to = disk.openDirectory(folder)) {
          from.rename(MARKER, to, TOKEN);
        }
        done = true;
      } else if (!(done && step.isTo("applied"))) {
        action.run();
      }
    }
  }
}
