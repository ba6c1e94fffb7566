package dev.holdfast.selftest.power;

/** What came to a device, or what was done meanwhile. */
sealed interface LogRecord {

  /** Bytes written; durable only after a flush that came later. */
  final class Write implements LogRecord {
    private final String device;
    private final long offset;
    private final byte[] data;

    /** Keeps {@code data}, which nobody changes. */
    Write(String device, long offset, byte[] data) {
      this.device = device;
      this.offset = offset;
      this.data = data;
    }

    String device() {
      return device;
    }

    long offset() {
      return offset;
    }

    byte[] data() {
      return data;
    }

    @Override
    public String toString() {
      return "write " + device + " at " + offset + ", " + data.length + " bytes";
    }
  }

  /** All writes that came before it are durable. */
  record Flush(String device) implements LogRecord {
    @Override
    public String toString() {
      return "flush " + device;
    }
  }

  /** What whoever uses the device says of its progress. */
  record Mark(String text) implements LogRecord {
    @Override
    public String toString() {
      return "---- " + text;
    }
  }
}
