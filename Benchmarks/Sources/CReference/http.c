#include "CReference.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { body_size = 1000 };

struct server {
    int listener;
    int poll;
    size_t answer_size;
    char answer[1200];
};

static void watch(int poll, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
    epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
}

// Requests here are small and come whole: one read, one answer.
static void *serve(void *context) {
    struct server *server = context;
    for (;;) {
        struct epoll_event events[64];
        int count = epoll_wait(server->poll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            int descriptor = events[i].data.fd, one = 1;
            if (descriptor == server->listener) {
                int connection = accept(server->listener, NULL, NULL);
                if (connection < 0) continue;
                setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                watch(server->poll, connection);
                continue;
            }
            char request[8192];
            if (recv(descriptor, request, sizeof request, 0) <= 0) {
                close(descriptor);
            } else if (send(descriptor, server->answer, server->answer_size, MSG_NOSIGNAL) < 0) {
                close(descriptor);
            }
        }
    }
    return NULL;
}

int reference_server(void) {
    static struct server server;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    server.poll = epoll_create1(EPOLL_CLOEXEC);
    if (server.listener < 0 || server.poll < 0 ||
        bind(server.listener, (struct sockaddr *)&address, size) ||
        listen(server.listener, 1000) ||
        getsockname(server.listener, (struct sockaddr *)&address, &size))
        return 0;
    int head = snprintf(
        server.answer, sizeof server.answer,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", body_size);
    memset(server.answer + head, 'x', body_size);
    server.answer_size = head + body_size;
    watch(server.poll, server.listener);
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, &server)) return 0;
    pthread_detach(thread);
    return ntohs(address.sin_port);
}

struct call {
    CURL *handle;
    size_t received;
    char body[4096];
};

static size_t receive(char *bytes, size_t size, size_t count, void *owner) {
    struct call *call = owner;
    if (call->received + count <= sizeof call->body)
        memcpy(call->body + call->received, bytes, count);
    call->received += count;
    return size * count;
}

long reference_get(const char *url, long in_flight, long total) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    struct call *calls = calloc(in_flight, sizeof *calls);
    if (!multi || !calls) return 0;
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, in_flight);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, in_flight * 2);
    long started = 0, finished = 0, whole = 0;
    for (; started < in_flight && started < total; started++) {
        CURL *handle = calls[started].handle = curl_easy_init();
        curl_easy_setopt(handle, CURLOPT_URL, url);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &calls[started]);
        curl_easy_setopt(handle, CURLOPT_PRIVATE, &calls[started]);
        curl_multi_add_handle(multi, handle);
    }
    while (finished < total) {
        int running, left;
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &left))) {
            CURL *handle = message->easy_handle;
            struct call *call;
            curl_easy_getinfo(handle, CURLINFO_PRIVATE, &call);
            whole += message->data.result == CURLE_OK && call->received == body_size;
            call->received = 0;
            finished++;
            curl_multi_remove_handle(multi, handle);
            if (started < total) {
                started++;
                curl_multi_add_handle(multi, handle);
            }
        }
        if (finished < total) curl_multi_poll(multi, NULL, 0, 100, NULL);
    }
    for (long i = 0; i < in_flight; i++) curl_easy_cleanup(calls[i].handle);
    curl_multi_cleanup(multi);
    free(calls);
    return whole;
}
