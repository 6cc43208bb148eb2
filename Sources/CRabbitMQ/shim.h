// The door to librabbitmq. What Swift cannot call as it stands (variadic functions) has a typed twin here.
#ifndef CROSSDOCK_CRABBITMQ_H
#define CROSSDOCK_CRABBITMQ_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>

struct ssl_ctx_st;
extern void SSL_CTX_set_security_level(struct ssl_ctx_st *context, int level);
extern int SSL_CTX_set_default_verify_paths(struct ssl_ctx_st *context);

/// Logs in with user and password, telling the broker what this client can do.
static inline amqp_rpc_reply_t crossdock_amqp_login_plain(
    amqp_connection_state_t connection, const char *vhost, int channel_max, int frame_max,
    int heartbeat, const amqp_table_t *properties, const char *user, const char *password) {
    return amqp_login_with_properties(
        connection, vhost, channel_max, frame_max, heartbeat, properties, AMQP_SASL_METHOD_PLAIN,
        user, password);
}

/// Logs in as whom the client certificate names.
static inline amqp_rpc_reply_t crossdock_amqp_login_external(
    amqp_connection_state_t connection, const char *vhost, int channel_max, int frame_max,
    int heartbeat, const amqp_table_t *properties) {
    return amqp_login_with_properties(
        connection, vhost, channel_max, frame_max, heartbeat, properties,
        AMQP_SASL_METHOD_EXTERNAL, "");
}

/// Refuses keys and signatures weaker than 112 bits, which is what level 2 means.
static inline void crossdock_amqp_require_strong_keys(amqp_socket_t *socket) {
    SSL_CTX_set_security_level((struct ssl_ctx_st *)amqp_ssl_socket_get_context(socket), 2);
}

/// Trusts the certificate authorities of the system. 1 when it worked.
static inline int crossdock_amqp_trust_system(amqp_socket_t *socket) {
    return SSL_CTX_set_default_verify_paths(
        (struct ssl_ctx_st *)amqp_ssl_socket_get_context(socket));
}

#endif
