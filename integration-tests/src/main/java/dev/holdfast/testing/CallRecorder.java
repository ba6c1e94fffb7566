package dev.holdfast.testing;

import dev.holdfast.disk.DiskException;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.Call.Verb;
import dev.holdfast.selftest.disk.InterceptedDisk;
import dev.holdfast.selftest.disk.Interceptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Remembers the calls made through an {@link InterceptedDisk}, in the order of their ends. */
public final class CallRecorder implements Interceptor {
  private final List<Call> calls = new ArrayList<>();

  /** Creates a recorder of nothing yet. */
  public CallRecorder() {}

  @Override
  public void before(Call call) {}

  @Override
  public synchronized void after(Call call, Optional<DiskException> failure) {
    calls.add(call);
  }

  /** Returns all calls so far, those that failed too. */
  public synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  /** Returns the calls that change something or are barriers. */
  public List<Call> steps() {
    return calls().stream().filter(call -> call.verb().isStep()).toList();
  }

  /** Returns how many calls of this kind there were. */
  public long count(Verb verb) {
    return count(call -> call.verb() == verb);
  }

  /** Returns how many calls were such. */
  public long count(Predicate<Call> which) {
    return calls().stream().filter(which).count();
  }
}
