using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Kube1.Api.Json;
using Kube1.Api.Models;
using Kube1.ApiServer.Auth;

namespace Kube1.ApiServer.Audit;

/// <summary>Writes events of audit.k8s.io/v1 as upstream's encoder does: its order of fields, its escapes.</summary>
internal static class AuditEventWriter
{
    private const string TruncatedKey = "audit.k8s.io/truncated";

    private const int TimeLength = 27;

    private static readonly JsonWriterOptions Options = new() { Encoder = GoJsonEncoder.Instance, SkipValidation = true };

    private static readonly JsonEncodedText[] Levels = Names<AuditLevel>();
    private static readonly JsonEncodedText[] Stages = Names<AuditStage>();

    /// <summary>The writer of this thread: an event is written at one go.</summary>
    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>How each event begins.</summary>
    public static ReadOnlySpan<byte> Head => """{"kind":"Event","apiVersion":"audit.k8s.io/v1","""u8;

    /// <summary>Writes one event, without a line break.</summary>
    public static void Write(
        PooledBuffer output, RequestAudit request, AuditStage stage, DateTimeOffset at, bool isTruncated)
    {
        var writer = _writer ??= new Utf8JsonWriter(output, Options);
        writer.Reset(output);
        writer.WriteStartObject();
        writer.WriteString("kind"u8, "Event"u8);
        writer.WriteString("apiVersion"u8, "audit.k8s.io/v1"u8);
        writer.WriteString("level"u8, Levels[(int)request.Level]);
        writer.WriteString("auditID"u8, request.Id);
        writer.WriteString("stage"u8, Stages[(int)stage]);
        writer.WriteString("requestURI"u8, request.RequestUri);
        writer.WriteString("verb"u8, request.Info.Verb);
        WriteUser(writer, "user"u8, request.User);
        if (request.ImpersonatedUser is { } other)
        {
            WriteUser(writer, "impersonatedUser"u8, other);
            if (request.ImpersonationConstraint.Length > 0)
            {
                writer.WriteStartObject("authenticationMetadata"u8);
                writer.WriteString("impersonationConstraint"u8, request.ImpersonationConstraint);
                writer.WriteEndObject();
            }
        }

        WriteTexts(writer, "sourceIPs"u8, request.SourceAddresses);
        WriteUnlessEmpty(writer, "userAgent"u8, request.UserAgent);
        WriteObjectReference(writer, request);
        if (request.ResponseCode is { } code)
        {
            WriteStatus(writer, request.ResponseStatus, code);
        }

        if (!isTruncated)
        {
            WriteObject(writer, "requestObject"u8, request.RequestObject);
            WriteObject(writer, "responseObject"u8, request.ResponseObject);
        }

        WriteTime(writer, "requestReceivedTimestamp"u8, request.Received);
        WriteTime(writer, "stageTimestamp"u8, at);
        WriteAnnotations(writer, request, isTruncated);
        writer.WriteEndObject();
        writer.Flush();
    }

    private static void WriteUser(Utf8JsonWriter writer, ReadOnlySpan<byte> field, UserInfo? user)
    {
        writer.WriteStartObject(field);
        if (user is not null)
        {
            WriteUnlessEmpty(writer, "username"u8, user.Name);
            WriteUnlessEmpty(writer, "uid"u8, user.Uid);
            WriteTexts(writer, "groups"u8, user.Groups);
            if (user.Extra.Count > 0)
            {
                writer.WriteStartObject("extra"u8);
                foreach (var (key, values) in user.Extra.OrderBy(e => e.Key, StringComparer.Ordinal))
                {
                    writer.WriteStartArray(key);
                    WriteItems(writer, values);
                }

                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteObjectReference(Utf8JsonWriter writer, RequestAudit request)
    {
        var info = request.Info;
        if (!info.IsResourceRequest)
        {
            return;
        }

        writer.WriteStartObject("objectRef"u8);
        WriteUnlessEmpty(writer, "resource"u8, info.Resource);
        WriteUnlessEmpty(writer, "namespace"u8, info.Namespace.Length > 0 ? info.Namespace : request.ObjectNamespace);
        WriteUnlessEmpty(writer, "name"u8, info.Name.Length > 0 ? info.Name : request.ObjectName);
        WriteUnlessEmpty(writer, "uid"u8, request.ObjectUid);
        WriteUnlessEmpty(writer, "apiGroup"u8, info.ApiGroup);
        WriteUnlessEmpty(writer, "apiVersion"u8, info.ApiVersion);
        WriteUnlessEmpty(writer, "resourceVersion"u8, request.ObjectResourceVersion);
        WriteUnlessEmpty(writer, "subresource"u8, info.Subresource);
        writer.WriteEndObject();
    }

    private static void WriteStatus(Utf8JsonWriter writer, V1Status? status, int code)
    {
        writer.WriteStartObject("responseStatus"u8);
        writer.WriteStartObject("metadata"u8);
        writer.WriteEndObject();
        WriteUnlessEmpty(writer, "status"u8, status?.Status);
        WriteUnlessEmpty(writer, "message"u8, status?.Message);
        WriteUnlessEmpty(writer, "reason"u8, status?.Reason);
        if (status?.Details is { } details)
        {
            WriteDetails(writer, details);
        }

        writer.WriteNumber("code"u8, code);
        writer.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter writer, V1StatusDetails details)
    {
        writer.WriteStartObject("details"u8);
        WriteUnlessEmpty(writer, "name"u8, details.Name);
        WriteUnlessEmpty(writer, "group"u8, details.Group);
        WriteUnlessEmpty(writer, "kind"u8, details.Kind);
        WriteUnlessEmpty(writer, "uid"u8, details.Uid);
        if (details.Causes is { Count: > 0 } causes)
        {
            writer.WriteStartArray("causes"u8);
            foreach (var cause in causes)
            {
                writer.WriteStartObject();
                WriteUnlessEmpty(writer, "reason"u8, cause.Reason);
                WriteUnlessEmpty(writer, "message"u8, cause.Message);
                WriteUnlessEmpty(writer, "field"u8, cause.Field);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (details.RetryAfterSeconds is > 0 and var seconds)
        {
            writer.WriteNumber("retryAfterSeconds"u8, seconds);
        }

        writer.WriteEndObject();
    }

    private static void WriteAnnotations(Utf8JsonWriter writer, RequestAudit request, bool isTruncated)
    {
        var remarks = request.Remarks();
        if (remarks is null && !isTruncated)
        {
            WriteDecision(writer, request);
            return;
        }

        var all = new SortedDictionary<string, string>(remarks ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        if (request.Decision is { } decision)
        {
            all[RequestAudit.DecisionKey] = decision;
            all[RequestAudit.ReasonKey] = request.Reason;
        }

        if (isTruncated)
        {
            all[TruncatedKey] = "true";
        }

        writer.WriteStartObject("annotations"u8);
        foreach (var (key, value) in all)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    // Most requests have no other remarks.
    private static void WriteDecision(Utf8JsonWriter writer, RequestAudit request)
    {
        if (request.Decision is { } decision)
        {
            writer.WriteStartObject("annotations"u8);
            writer.WriteString(RequestAudit.DecisionKey, decision);
            writer.WriteString(RequestAudit.ReasonKey, request.Reason);
            writer.WriteEndObject();
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, ReadOnlySpan<byte> field, ReadOnlyMemory<byte> json)
    {
        if (json.Length > 0)
        {
            writer.WritePropertyName(field);
            writer.WriteRawValue(json.Span, skipInputValidation: true);
        }
    }

    private static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> field, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[TimeLength];
        time.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        writer.WriteString(field, text[..length]);
    }

    private static void WriteTexts(Utf8JsonWriter writer, ReadOnlySpan<byte> field, IReadOnlyList<string> texts)
    {
        if (texts.Count > 0)
        {
            writer.WriteStartArray(field);
            WriteItems(writer, texts);
        }
    }

    private static void WriteItems(Utf8JsonWriter writer, IReadOnlyList<string> texts)
    {
        for (var i = 0; i < texts.Count; i++)
        {
            writer.WriteStringValue(texts[i]);
        }

        writer.WriteEndArray();
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter writer, ReadOnlySpan<byte> field, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            writer.WriteString(field, text);
        }
    }

    private static JsonEncodedText[] Names<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(name => JsonEncodedText.Encode(name))];
}
