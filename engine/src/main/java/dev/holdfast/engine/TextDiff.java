package dev.holdfast.engine;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.algorithm.DiffAlgorithmListener;
import com.github.difflib.algorithm.myers.MyersDiff;
import com.github.difflib.patch.ChangeDelta;
import com.github.difflib.patch.Chunk;
import com.github.difflib.patch.Patch;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Two texts as a unified diff, in the form that patch(1) and git read. */
final class TextDiff {
  private static final int CONTEXT = 3;

  /** With more differences than this all that lies between the first and the last is replaced. */
  private static final int MOST_DIFFERENCES = 1500;

  private static final String NO_NEWLINE = "\n\\ No newline at end of file";

  private TextDiff() {}

  /** Returns a text's lines; empty if the bytes are no text: NUL, or not UTF-8. */
  static Optional<List<String>> lines(byte[] bytes) {
    for (byte b : bytes) {
      if (b == 0) {
        return Optional.empty();
      }
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      return Optional.empty();
    }
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      lines.add(text.substring(start, end));
      start = end + 1;
    }
    if (start < text.length()) {
      lines.add(text.substring(start) + NO_NEWLINE);
    }
    return Optional.of(lines);
  }

  /** Returns the diff, with its two header lines; empty if there is no difference. */
  static List<String> of(String oldName, String newName, List<String> before, List<String> after) {
    List<String> diff = new ArrayList<>();
    for (String line :
        UnifiedDiffUtils.generateUnifiedDiff(
            oldName, newName, before, difference(before, after), CONTEXT)) {
      diff.addAll(List.of(line.split("\n", -1)));
    }
    return diff;
  }

  private static Patch<String> difference(List<String> before, List<String> after) {
    int most = Math.min(before.size(), after.size());
    int head = 0;
    while (head < most && before.get(head).equals(after.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < most - head
        && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
      tail++;
    }
    try {
      return DiffUtils.diff(before, after, new MyersDiff<>(), new Limit());
    } catch (TooManyDifferences _) {
      Patch<String> whole = new Patch<>();
      whole.addDelta(
          new ChangeDelta<>(
              new Chunk<>(head, before.subList(head, before.size() - tail)),
              new Chunk<>(head, after.subList(head, after.size() - tail))));
      return whole;
    }
  }

  private static final class TooManyDifferences extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyDifferences() {
      super("too many differences", null, false, false);
    }
  }

  /** The algorithm's time and memory grow with the square of the number of differences. */
  private static final class Limit implements DiffAlgorithmListener {
    @Override
    public void diffStart() {}

    @Override
    public void diffStep(int differences, int max) {
      if (differences > MOST_DIFFERENCES) {
        throw new TooManyDifferences();
      }
    }

    @Override
    public void diffEnd() {}
  }
}
