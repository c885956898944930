package dev.pennyworth.botsapi.timers;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the timers, by db-scheduler: when each is due stands in the table `timer`, and one process
/// takes it. What a dead process had taken is taken over after some 20 seconds.
///
/// It goes by the system's clock; what a timer's work finds due, it decides by the program's.
public final class JdbcTimers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcTimers.class);

  private static final String TABLE = "timer";
  private static final int THREADS = 3;
  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final int HEARTBEATS_MISSED_MAX = 4;

  /// What runs then is interrupted: it is repeated after the next start.
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(3);

  private final Scheduler scheduler;

  JdbcTimers(DataSource database, List<Timer> timers) {
    scheduler =
        Scheduler.create(database)
            .startTasks(timers.stream().map(JdbcTimers::task).toList())
            .tableName(TABLE)
            .threads(THREADS)
            .pollingInterval(LOOK_EVERY)
            .heartbeatInterval(HEARTBEAT)
            .missedHeartbeatsLimit(HEARTBEATS_MISSED_MAX)
            .shutdownMaxWait(STOP_PATIENCE)
            .build();
  }

  private static RecurringTask<Void> task(Timer timer) {
    return Tasks.recurring(timer.name(), Schedules.fixedDelay(timer.every()))
        .execute((_, _) -> run(timer));
  }

  /// A failure is for the log: the next run is due as ever, and not with a growing delay.
  private static void run(Timer timer) {
    try {
      timer.work().run();
    } catch (RuntimeException e) {
      LOG.warn("the timer {} failed; it runs again in {}", timer.name(), timer.every(), e);
    }
  }

  /// Begins. Call once.
  public void start() {
    scheduler.start();
  }

  /// Begins nothing more, and gives what runs a moment. Safe to repeat.
  @Override
  public void close() {
    scheduler.stop();
  }
}
