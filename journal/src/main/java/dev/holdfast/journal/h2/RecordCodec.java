package dev.holdfast.journal.h2;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.CanonicalReader;
import dev.holdfast.journal.CanonicalWriter;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.Origin;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns records into bytes and back; docs/journal-format.md has the form. */
final class RecordCodec {
  private static final int EPOCH = 1;
  private static final int BEGUN = 2;
  private static final int DECIDED = 3;
  private static final int CHANGED = 4;
  private static final int PRUNED = 5;
  private static final int CARRIED = 6;
  private static final int DIGEST_LENGTH = 32;

  private RecordCodec() {}

  /** Returns the bytes of the record with this number. */
  static byte[] encode(long number, JournalRecord record) {
    CanonicalWriter out = new CanonicalWriter();
    write(out, number, record);
    return out.toByteArray();
  }

  private static void write(CanonicalWriter out, long number, JournalRecord record) {
    switch (record) {
      case JournalRecord.Epoch epoch -> {
        out.u8(EPOCH).number(number);
        out.u64(epoch.journal().getMostSignificantBits());
        out.u64(epoch.journal().getLeastSignificantBits());
        out.number(epoch.epoch()).instant(epoch.created()).number(epoch.lastSequence());
        JournalRecord.Sealed before = epoch.before();
        out.flag(before != null);
        if (before != null) {
          out.number(before.length()).raw(before.digest().bytes().bytes());
          out.number(before.head().records()).raw(before.head().digest().bytes().bytes());
        }
        epoch.pruned().writeTo(out);
      }
      case JournalRecord.Begun(var sequence, var beginning) -> {
        out.u8(BEGUN).number(number).number(sequence);
        beginning(out, beginning);
      }
      case JournalRecord.Decided(var sequence, var operations, var length, var digest) -> {
        out.u8(DECIDED).number(number).number(sequence);
        out.count(operations).count(length).raw(digest.bytes().bytes());
      }
      case JournalRecord.Changed(var sequence, var state, var outcome) -> {
        out.u8(CHANGED).number(number).number(sequence).u8(code(state));
        outcome(out, outcome);
      }
      case JournalRecord.Pruned(var sequences) -> {
        out.u8(PRUNED).number(number).count(sequences.size());
        sequences.forEach(out::number);
      }
      case JournalRecord.Carried(var original, var carried) -> {
        out.u8(CARRIED).number(number);
        write(out, original, carried);
      }
    }
  }

  private static void beginning(CanonicalWriter out, Beginning beginning) {
    out.text(beginning.id().text()).instant(beginning.began()).text(beginning.user());
    out.number(Integer.toUnsignedLong(beginning.uid())).signed(beginning.loginUid());
    out.text(beginning.host()).text(beginning.bootId()).signed(beginning.processId());
    out.text(beginning.workingDirectory()).count(beginning.command().size());
    beginning.command().forEach(word -> out.bytes(word.bytes()));
    out.text(beginning.message()).count(beginning.roots().size());
    beginning.roots().forEach(root -> out.bytes(root.bytes()));
    Long undoes = beginning.undoes();
    out.flag(undoes != null);
    if (undoes != null) {
      out.number(undoes);
    }
    out.flag(beginning.lasting());
    origin(out, beginning.origin());
  }

  private static void origin(CanonicalWriter out, Origin origin) {
    out.u8(code(origin.kind()));
    optional(out, origin.sudoUser());
    out.signed(origin.parentProcessId()).count(origin.parentCommand().size());
    origin.parentCommand().forEach(word -> out.bytes(word.bytes()));
    out.text(origin.isolation()).count(origin.takesBack().size());
    origin.takesBack().forEach(out::number);
  }

  private static int code(Origin.Kind kind) {
    return switch (kind) {
      case UPDATE -> 0;
      case ACCEPT -> 1;
    };
  }

  private static void outcome(CanonicalWriter out, Outcome outcome) {
    out.instant(outcome.at());
    optional(out, outcome.reason());
    out.flag(outcome.recovered());
    optional(out, outcome.level());
    out.signed(outcome.exposureMicros()).signed(outcome.renames());
    optional(out, outcome.barrier());
    out.count(outcome.notes().size());
    outcome.notes().forEach(out::text);
  }

  private static void optional(CanonicalWriter out, @Nullable String text) {
    out.flag(text != null);
    if (text != null) {
      out.text(text);
    }
  }

  private static int code(TransactionState state) {
    return switch (state) {
      case ACTIVE -> 1;
      case COMMITTED -> 2;
      case ROLLING_BACK -> 3;
      case APPLIED -> 4;
      case ROLLED_BACK -> 5;
      case IN_DOUBT -> 6;
    };
  }

  /**
   * Returns the record in {@code bytes} from {@code start} on.
   *
   * @throws JournalException if they are anything but the record with this number
   */
  static JournalRecord decode(long number, byte[] bytes, int start) throws JournalException {
    CanonicalReader in =
        new CanonicalReader(bytes, start, bytes.length, "record " + number + " of the journal");
    int type = in.u8();
    if (in.number() != number) {
      throw in.damaged("it has another number");
    }
    JournalRecord record = type == CARRIED ? carried(number, in) : body(type, in);
    in.expectEnd();
    return record;
  }

  private static JournalRecord carried(long number, CanonicalReader in) throws JournalException {
    int type = in.u8();
    long original = in.number(number - 1);
    JournalRecord record = body(type, in);
    boolean ofTransaction =
        switch (record) {
          case JournalRecord.Begun _, JournalRecord.Decided _, JournalRecord.Changed _ -> true;
          case JournalRecord.Epoch _, JournalRecord.Pruned _, JournalRecord.Carried _ -> false;
        };
    if (!ofTransaction) {
      throw in.damaged("a copy of what is never copied");
    }
    return new JournalRecord.Carried(original, record);
  }

  private static JournalRecord body(int type, CanonicalReader in) throws JournalException {
    return switch (type) {
      case EPOCH -> epoch(in);
      case BEGUN -> new JournalRecord.Begun(sequence(in), beginning(in));
      case DECIDED ->
          new JournalRecord.Decided(
              sequence(in),
              (int) in.number(Integer.MAX_VALUE),
              (int) in.number(Integer.MAX_VALUE),
              ContentDigest.of(in.raw(DIGEST_LENGTH)));
      case CHANGED -> new JournalRecord.Changed(sequence(in), state(in), outcome(in));
      case PRUNED -> pruned(in);
      default -> throw in.damaged("there is no record of type " + type);
    };
  }

  private static JournalRecord epoch(CanonicalReader in) throws JournalException {
    UUID journal = new UUID(in.u64(), in.u64());
    int epoch = (int) in.number(Integer.MAX_VALUE);
    var created = in.instant();
    long lastSequence = in.number(Long.MAX_VALUE);
    JournalRecord.Sealed before =
        in.flag()
            ? new JournalRecord.Sealed(
                in.number(Long.MAX_VALUE),
                ContentDigest.of(in.raw(DIGEST_LENGTH)),
                new ChainHead(in.number(Long.MAX_VALUE), ContentDigest.of(in.raw(DIGEST_LENGTH))))
            : null;
    Sequences pruned = Sequences.readFrom(in);
    return new JournalRecord.Epoch(journal, epoch, created, lastSequence, before, pruned);
  }

  private static JournalRecord pruned(CanonicalReader in) throws JournalException {
    int count = in.count(1);
    List<Long> sequences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sequences.add(sequence(in));
    }
    return new JournalRecord.Pruned(sequences);
  }

  private static Beginning beginning(CanonicalReader in) throws JournalException {
    TransactionId id;
    try {
      id = new TransactionId(in.text());
    } catch (IllegalArgumentException e) {
      throw in.damaged(String.valueOf(e.getMessage()));
    }
    var began = in.instant();
    String user = in.text();
    int uid = (int) in.number(0xffffffffL);
    long loginUid = in.signed();
    String host = in.text();
    String bootId = in.text();
    long processId = in.signed();
    String workingDirectory = in.text();
    int words = in.count(1);
    List<ByteString> command = new ArrayList<>();
    for (int i = 0; i < words; i++) {
      command.add(ByteString.of(in.bytes()));
    }
    String message = in.text();
    int rootCount = in.count(1);
    List<AbsolutePath> roots = new ArrayList<>();
    for (int i = 0; i < rootCount; i++) {
      roots.add(absolute(in));
    }
    Long undoes = in.flag() ? (Long) sequence(in) : null;
    boolean lasting = in.flag();
    return new Beginning(
        id,
        began,
        user,
        uid,
        loginUid,
        host,
        bootId,
        processId,
        workingDirectory,
        command,
        message,
        roots,
        undoes,
        lasting,
        origin(in));
  }

  private static Origin origin(CanonicalReader in) throws JournalException {
    int code = in.u8();
    Origin.Kind kind = null;
    for (Origin.Kind each : Origin.Kind.values()) {
      if (code(each) == code) {
        kind = each;
      }
    }
    if (kind == null) {
      throw in.damaged("there is no kind of transaction " + code);
    }
    String sudoUser = in.flag() ? in.text() : null;
    long parentProcessId = in.signed();
    int words = in.count(1);
    List<ByteString> parentCommand = new ArrayList<>();
    for (int i = 0; i < words; i++) {
      parentCommand.add(ByteString.of(in.bytes()));
    }
    String isolation = in.text();
    int count = in.count(1);
    List<Long> takesBack = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      takesBack.add(sequence(in));
    }
    return new Origin(kind, sudoUser, parentProcessId, parentCommand, isolation, takesBack);
  }

  private static AbsolutePath absolute(CanonicalReader in) throws JournalException {
    byte[] bytes = in.bytes();
    try {
      AbsolutePath path = AbsolutePath.of(bytes);
      if (Arrays.equals(path.bytes(), bytes)) {
        return path;
      }
    } catch (IllegalArgumentException _) {
      // as below
    }
    throw in.damaged("not an absolute path");
  }

  private static Outcome outcome(CanonicalReader in) throws JournalException {
    var at = in.instant();
    String reason = in.flag() ? in.text() : null;
    boolean recovered = in.flag();
    String level = in.flag() ? in.text() : null;
    long exposureMicros = in.signed();
    long renames = in.signed();
    if (renames != (int) renames) {
      throw in.damaged("too many renames");
    }
    String barrier = in.flag() ? in.text() : null;
    int count = in.count(1);
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      notes.add(in.text());
    }
    return new Outcome(at, reason, recovered, level, exposureMicros, (int) renames, barrier, notes);
  }

  private static TransactionState state(CanonicalReader in) throws JournalException {
    int code = in.u8();
    for (TransactionState state : TransactionState.values()) {
      if (code(state) == code) {
        return state;
      }
    }
    throw in.damaged("there is no state " + code);
  }

  private static long sequence(CanonicalReader in) throws JournalException {
    long sequence = in.number(Long.MAX_VALUE);
    if (sequence == 0) {
      throw in.damaged("there is no transaction 0");
    }
    return sequence;
  }
}
