package dev.holdfast.disk.linux;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The real C library with an interceptor before each call that can fail, and with a count of what
 * is open.
 */
final class FaultyLibC {
  /** Looks at a call before it happens; throws to make it fail. */
  @FunctionalInterface
  interface Interceptor {
    void before(String function, Object[] arguments) throws ErrnoException;
  }

  private final LibC real = new ForeignLibC();
  private final List<String> calls = new ArrayList<>();
  private final Set<Integer> open = new HashSet<>();
  private final Map<String, byte[]> answers = new HashMap<>();
  private Interceptor interceptor = (_, _) -> {};
  private int longestTransfer = 1 << 20;

  /** Returns the library to give to what is tested. */
  LibC library() {
    return (LibC)
        Proxy.newProxyInstance(
            LibC.class.getClassLoader(),
            new Class<?>[] {LibC.class},
            (_, method, arguments) -> call(method, arguments));
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    String function = method.getName();
    if (method.getExceptionTypes().length > 0) { // it can fail
      calls.add(function);
      if (!function.equals("close")) { // takes effect even if it fails
        interceptor.before(function, arguments);
      }
      byte[] answer = answers.remove(function);
      if (answer != null) {
        return answer;
      }
    }
    Object result = invoke(method, arguments);
    if (function.startsWith("openat")) {
      open.add((Integer) result);
    } else if (function.equals("close")) {
      open.remove((Integer) arguments[0]);
    }
    return result;
  }

  private Object invoke(Method method, Object[] arguments) throws Throwable {
    ByteBuffer buffer =
        arguments != null && arguments.length > 1 && arguments[1] instanceof ByteBuffer b
            ? b
            : null;
    int limit = buffer == null ? 0 : buffer.limit();
    try {
      if (buffer != null) {
        buffer.limit(Math.min(limit, buffer.position() + longestTransfer));
      }
      return method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    } finally {
      if (buffer != null) {
        buffer.limit(limit);
      }
    }
  }

  /** Lets no read or write from now on transfer more than this. */
  void limitTransfers(int bytes) {
    longestTransfer = bytes;
  }

  /** Lets the next call of {@code function} return {@code answer} and do nothing. */
  void answer(String function, byte[] answer) {
    answers.put(function, answer);
  }

  /** Puts {@code interceptor} before each call from now on. */
  void intercept(Interceptor interceptor) {
    this.interceptor = interceptor;
  }

  /** Lets the next {@code times} calls of {@code function} fail. */
  void fail(String function, Errno errno, int times) {
    int[] left = {times};
    intercept((called, _) -> {
      if (called.equals(function) && left[0] > 0) {
        left[0]--;
        throw new ErrnoException(function, errno);
      }
    });
  }

  /** Lets the call number {@code number} from now on fail, whichever it is, counted from 1. */
  void failCall(int number, Errno errno) {
    int[] left = {number};
    intercept((called, _) -> {
      left[0]--;
      if (left[0] == 0) {
        throw new ErrnoException(called, errno);
      }
    });
  }

  /** Returns the names of the functions called so far. */
  List<String> calls() {
    return List.copyOf(calls);
  }

  /** Forgets the calls so far. */
  void forgetCalls() {
    calls.clear();
  }

  /** Returns how many descriptors are open. */
  int openCount() {
    return open.size();
  }
}
