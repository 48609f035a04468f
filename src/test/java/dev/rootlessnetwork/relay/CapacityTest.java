package dev.rootlessnetwork.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CapacityTest {
    private final Capacity capacity = new Capacity(900);
    private final AtomicInteger flooded = new AtomicInteger();
    private final AtomicInteger other = new AtomicInteger();

    private int takeAll(AtomicInteger guest) {
        int taken = 0;
        while (capacity.tryTake(guest, 1)) {
            taken++;
        }
        return taken;
    }

    @Test
    void givesOneGuestUpToEightTimesWhatIsLeftFree() {
        assertThat(takeAll(flooded)).isEqualTo(800);
    }

    @Test
    void leavesRoomForOthersBesideOneThatIsFlooded() {
        takeAll(flooded);
        assertThat(takeAll(other)).isEqualTo(88);
    }

    @Test
    void takesBackWhatEnds() {
        takeAll(flooded);
        capacity.giveBack(flooded, 800);
        assertThat(flooded).hasValue(0);
        assertThat(takeAll(other)).isEqualTo(800);
    }

    @Test
    void countsWhatListenersHave() {
        capacity.take(450);
        assertThat(takeAll(flooded)).isEqualTo(400);
        capacity.giveBack(450);
        assertThat(takeAll(flooded)).isEqualTo(400);
    }
}
