package dev.holdfast.selftest.power;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What some devices held at first, and all that came to them.
 *
 * @param base the devices' contents, by their names
 */
record Recording(Map<String, DeviceImage> base, DeviceLog log) {

  /** Goes through the states of a recording, forwards only. */
  final class States {
    private final Map<String, DeviceImage> durable = new TreeMap<>();
    private final Map<String, List<LogRecord.Write>> pending = new TreeMap<>();
    private int position;

    private States() {
      base.forEach((name, image) -> durable.put(name, image.copy()));
    }

    private void advance(int to) {
      if (to < position) {
        throw new IllegalArgumentException("backwards");
      }
      for (LogRecord record : log.records().subList(position, to)) {
        switch (record) {
          case LogRecord.Write write ->
              pending.computeIfAbsent(write.device(), _ -> new ArrayList<>()).add(write);
          case LogRecord.Flush(String device) -> flush(device);
          case LogRecord.Mark _ -> {}
        }
      }
      position = to;
    }

    private void flush(String device) {
      DeviceImage image = durable.get(device);
      List<LogRecord.Write> writes = pending.remove(device);
      if (image == null) {
        throw new IllegalStateException("no device " + device);
      }
      if (writes != null) {
        writes.forEach(write -> image.write(write.offset(), write.data(), 0, write.data().length));
      }
    }

    /** Returns what a power cut left of each device. */
    Map<String, DeviceImage> after(PowerLoss loss) {
      advance(loss.position());
      Map<String, DeviceImage> left = new TreeMap<>();
      durable.forEach((name, image) -> {
        DeviceImage copy = image.copy();
        loss.apply(pending.getOrDefault(name, List.of()), copy);
        left.put(name, copy);
      });
      return left;
    }
  }

  /** Returns the states from the beginning. */
  States states() {
    return new States();
  }
}
