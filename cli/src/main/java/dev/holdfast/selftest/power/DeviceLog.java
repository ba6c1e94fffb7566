package dev.holdfast.selftest.power;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Everything that came to some devices, in order. */
record DeviceLog(List<LogRecord> records) {
  static final int WRITE = 'w';
  static final int FLUSH = 'f';
  static final int MARK = 'm';

  /** Copies the list. */
  DeviceLog {
    records = List.copyOf(records);
  }

  /** Reads what {@link LogWriter} wrote. */
  static DeviceLog read(Path file) throws IOException {
    List<LogRecord> records = new ArrayList<>();
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
      for (int kind = in.read(); kind >= 0; kind = in.read()) {
        records.add(
            switch (kind) {
              case WRITE -> {
                String device = in.readUTF().intern();
                long offset = in.readLong();
                yield new LogRecord.Write(device, offset, in.readNBytes(in.readInt()));
              }
              case FLUSH -> new LogRecord.Flush(in.readUTF().intern());
              case MARK -> new LogRecord.Mark(in.readUTF());
              default -> throw new IOException("a damaged log: " + kind);
            });
      }
    }
    return new DeviceLog(records);
  }

  /** Returns the marks among the first records. */
  List<String> marksBefore(int position) {
    List<String> marks = new ArrayList<>();
    for (LogRecord record : records.subList(0, position)) {
      if (record instanceof LogRecord.Mark(String text)) {
        marks.add(text);
      }
    }
    return marks;
  }

  /** Returns the position of the first mark that begins so, or the end. */
  int positionOf(String beginning) {
    for (int i = 0; i < records.size(); i++) {
      if (records.get(i) instanceof LogRecord.Mark(String text) && text.startsWith(beginning)) {
        return i;
      }
    }
    return records.size();
  }

  int size() {
    return records.size();
  }

  /** Returns some records before a position, a line each. */
  String trace(int position, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = Math.max(0, position - count); i < position; i++) {
      text.append("  ").append(i).append(' ').append(records.get(i)).append('\n');
    }
    return text.toString();
  }
}
