#ifndef CROSSDOCK_CXML2_SHIM_H
#define CROSSDOCK_CXML2_SHIM_H

#include <libxml/xmlversion.h>
/* With it the library's headers pull in ICU's, whose names clash with those of Swift's own ICU in every
   module that also imports Foundation. Only fields at the end of a struct we never make depend on it. */
#undef LIBXML_ICU_ENABLED

#include <libxml/SAX2.h>
#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <string.h>

/* What Swift cannot see of libxml2 (function pointers in mutable globals, callbacks whose signature
   changed between releases), and the settings that make the library safe for untrusted input. */

/* The first fatal error of one parser or XPath context; code 0 means none. */
typedef struct {
    int code;
    int line;
    int column;
    char message[240];
} crossdock_xml_failure;

static inline void crossdock_xml_note(
    crossdock_xml_failure *failure, int code, int line, int column, const char *message
) {
    size_t length = message ? strlen(message) : 0;
    if (failure == NULL || failure->code != 0) return;
    if (length >= sizeof failure->message) length = sizeof failure->message - 1;
    while (length > 0 && (message[length - 1] == '\n' || message[length - 1] == ' ')) length--;
    failure->code = code;
    failure->line = line;
    failure->column = column;
    if (length > 0) memcpy(failure->message, message, length);
    failure->message[length] = 0;
}

#if LIBXML_VERSION >= 21200
typedef const xmlError *crossdock_xml_error;
#else
typedef xmlErrorPtr crossdock_xml_error;
#endif

/* Parser errors arrive with the context, whose _private is our failure record. */
static void crossdock_xml_parser_error(void *user, crossdock_xml_error error) {
    xmlParserCtxtPtr context = error ? (xmlParserCtxtPtr)error->ctxt : NULL;
    (void)user;
    if (context == NULL || error->level < XML_ERR_ERROR) return;
    crossdock_xml_note(
        (crossdock_xml_failure *)context->_private, error->code, error->line, error->int2,
        error->message);
}

/* XPath errors arrive with the failure record itself; int1 is the offset in the expression. */
static void crossdock_xpath_error(void *user, crossdock_xml_error error) {
    if (error == NULL || error->level < XML_ERR_ERROR) return;
    crossdock_xml_note(
        (crossdock_xml_failure *)user, error->code, 1, error->int1 + 1, error->message);
}

static inline void crossdock_xml_install_errors(xmlSAXHandler *handler) {
    handler->initialized = XML_SAX2_MAGIC;
    handler->serror = crossdock_xml_parser_error;
}

static inline void crossdock_xpath_install_errors(
    xmlXPathContextPtr context, crossdock_xml_failure *failure
) {
    context->error = crossdock_xpath_error;
    context->userData = failure;
}

static xmlParserInputPtr crossdock_xml_deny(
    const char *url, const char *identifier, xmlParserCtxtPtr context
) {
    (void)url;
    (void)identifier;
    (void)context;
    return NULL;
}

/* Some XPath errors are also printed, by a function that each thread has its own setting of. */
static void crossdock_xml_silence(void *context, const char *format, ...) {
    (void)context;
    (void)format;
}

static inline void crossdock_xml_be_silent(void) {
    xmlSetGenericErrorFunc(NULL, crossdock_xml_silence);
}

/* Once per process, before any thread parses. */
static inline void crossdock_xml_prepare(void) {
    xmlInitParser();
    xmlSetExternalEntityLoader(crossdock_xml_deny);
#ifdef LIBXML_CATALOG_ENABLED
    xmlCatalogSetDefaults(XML_CATA_ALLOW_NONE);
#endif
}

static inline int crossdock_xml_options(void) {
    int options = XML_PARSE_NONET | XML_PARSE_COMPACT | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
#if LIBXML_VERSION >= 21300
    options |= XML_PARSE_NO_XXE;
#endif
#if LIBXML_VERSION >= 21400
    options |= XML_PARSE_NO_SYS_CATALOG;
#endif
    return options;
}

/* xmlFree is a mutable global function pointer. */
static inline void crossdock_xml_free(void *memory) { xmlFree(memory); }

#endif
