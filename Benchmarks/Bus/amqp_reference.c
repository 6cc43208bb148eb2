// What librabbitmq reaches when nothing stands on it: the yardstick for the hub's own publisher and
// consumer. One connection, one thread, the same queue arguments as the hub's.
//
//   cc -O2 -o amqp_reference amqp_reference.c -lrabbitmq
//   ./amqp_reference HOST PORT QUEUE publish COUNT SIZE WINDOW   publishes with pipelined confirms
//   ./amqp_reference HOST PORT QUEUE consume COUNT PREFETCH      consumes, acknowledges in batches
//   ./amqp_reference HOST PORT QUEUE delete
//
// Prints one line: verb, messages per second, microseconds of own CPU per message.
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static amqp_connection_state_t connection;

static void require(int good, const char *what) {
    if (good) return;
    fprintf(stderr, "amqp_reference: %s failed\n", what);
    exit(1);
}

static void require_reply(const char *what) {
    require(amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL, what);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

static double own_cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static void report(const char *verb, long count, double started, double cpu) {
    printf("%s %.0f %.2f\n", verb, count / (seconds() - started), (own_cpu() - cpu) / count * 1e6);
}

static amqp_table_entry_t text_entry(const char *name, const char *text) {
    amqp_table_entry_t entry = {.key = amqp_cstring_bytes(name)};
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = amqp_cstring_bytes(text);
    return entry;
}

static void declare(const char *queue) {
    amqp_table_entry_t entries[3] = {
        text_entry("x-queue-type", "quorum"), text_entry("x-overflow", "reject-publish"),
        {.key = amqp_cstring_bytes("x-delivery-limit")}};
    entries[2].value.kind = AMQP_FIELD_KIND_I64;
    entries[2].value.value.i64 = 1000000;
    amqp_table_t arguments = {.num_entries = 3, .entries = entries};
    amqp_queue_declare(connection, 1, amqp_cstring_bytes(queue), 0, 1, 0, 0, arguments);
    require_reply("declaring the queue");
}

/// Reads frames that are here; blocks for the first when `wait` is set. Returns how many were confirmed.
static long take_confirms(int wait, unsigned long long *confirmed) {
    long before = (long)*confirmed;
    struct timeval none = {0, 0}, *timeout = wait ? NULL : &none;
    for (;;) {
        amqp_frame_t frame;
        int status = amqp_simple_wait_frame_noblock(connection, &frame, timeout);
        if (status == AMQP_STATUS_TIMEOUT) break;
        require(status == AMQP_STATUS_OK, "receiving");
        timeout = &none;
        if (frame.frame_type != AMQP_FRAME_METHOD) continue;
        require(frame.payload.method.id == AMQP_BASIC_ACK_METHOD, "publishing");
        amqp_basic_ack_t *ack = frame.payload.method.decoded;
        // Counting is enough here: the broker answers every tag once.
        static unsigned long long through;
        if (ack->multiple) {
            *confirmed += ack->delivery_tag - through;
            through = ack->delivery_tag;
        } else {
            *confirmed += 1;
            through = ack->delivery_tag > through ? ack->delivery_tag : through;
        }
    }
    amqp_maybe_release_buffers(connection);
    return (long)*confirmed - before;
}

static void publish(const char *queue, long count, size_t size, long window) {
    amqp_confirm_select(connection, 1);
    require_reply("asking for confirms");
    char *body = malloc(size);
    memset(body, 'a', size);
    amqp_table_entry_t headers[6] = {
        text_entry("cloudEvents_specversion", "1.0"),
        text_entry("cloudEvents_source", "salesforce"),
        text_entry("cloudEvents_type", "crossdock.salesforce.Account.updated.v1"),
        text_entry("cloudEvents_subject", "001ABC"),
        text_entry("cloudEvents_time", "2026-01-01T00:00:00.000Z"),
        text_entry("cloudEvents_partitionkey", "salesforce/Account/001ABC")};
    unsigned long long confirmed = 0;
    double started = seconds(), cpu = own_cpu();
    for (long sent = 0; sent < count; sent++) {
        char id[32];
        snprintf(id, sizeof id, "m%ld", sent);
        amqp_basic_properties_t properties = {
            ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG |
                      AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_TIMESTAMP_FLAG |
                      AMQP_BASIC_HEADERS_FLAG,
            .content_type = amqp_cstring_bytes("application/json"),
            .delivery_mode = 2,
            .message_id = amqp_cstring_bytes(id),
            .timestamp = 1760000000,
            .headers = {.num_entries = 6, .entries = headers}};
        amqp_bytes_t content = {.len = size, .bytes = body};
        require(amqp_basic_publish(connection, 1, amqp_empty_bytes, amqp_cstring_bytes(queue), 1, 0,
                                   &properties, content) == AMQP_STATUS_OK,
                "publishing");
        if (sent % 64 == 63) take_confirms(0, &confirmed);
        while (sent + 1 - (long)confirmed >= window) take_confirms(1, &confirmed);
    }
    while ((long)confirmed < count) take_confirms(1, &confirmed);
    report("publish", count, started, cpu);
    free(body);
}

static void consume(const char *queue, long count, long prefetch) {
    amqp_basic_qos(connection, 1, 0, (uint16_t)prefetch, 0);
    require_reply("setting the prefetch");
    double started = seconds(), cpu = own_cpu();
    amqp_basic_consume(connection, 1, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0,
                       amqp_empty_table);
    require_reply("consuming");
    long received = 0, acknowledged = 0, batch = prefetch / 4 > 0 ? prefetch / 4 : 1;
    unsigned long long sum = 0;
    while (received < count) {
        amqp_envelope_t envelope;
        amqp_maybe_release_buffers(connection);
        amqp_rpc_reply_t reply = amqp_consume_message(connection, &envelope, NULL, 0);
        require(reply.reply_type == AMQP_RESPONSE_NORMAL, "receiving");
        received++;
        sum += ((unsigned char *)envelope.message.body.bytes)[0];
        if (received - acknowledged >= batch || received == count) {
            require(amqp_basic_ack(connection, 1, envelope.delivery_tag, 1) == 0, "acknowledging");
            acknowledged = received;
        }
        amqp_destroy_envelope(&envelope);
    }
    report("consume", count, started, cpu);
    if (sum == 0) puts("");
}

int main(int argc, char **argv) {
    if (argc < 5) return 64;
    connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    require(socket && amqp_socket_open(socket, argv[1], atoi(argv[2])) == 0, "connecting");
    require(amqp_login(connection, "/", 0, 131072, 60, AMQP_SASL_METHOD_PLAIN, "guest", "guest")
                    .reply_type == AMQP_RESPONSE_NORMAL,
            "logging in");
    amqp_channel_open(connection, 1);
    require_reply("opening a channel");
    const char *queue = argv[3], *verb = argv[4];
    if (!strcmp(verb, "delete")) {
        amqp_queue_delete(connection, 1, amqp_cstring_bytes(queue), 0, 0);
        require_reply("deleting");
        return 0;
    }
    declare(queue);
    if (!strcmp(verb, "publish") && argc == 8) {
        publish(queue, atol(argv[5]), (size_t)atol(argv[6]), atol(argv[7]));
    } else if (!strcmp(verb, "consume") && argc == 7) {
        consume(queue, atol(argv[5]), atol(argv[6]));
    } else {
        return 64;
    }
    amqp_connection_close(connection, 200);
    return 0;
}
