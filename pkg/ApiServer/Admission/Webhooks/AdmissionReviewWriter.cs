using System.Text.Json;
using System.Text.Json.Nodes;
using Kube1.Api;
using Kube1.Api.Json;
using Kube1.ApiServer.Admission.Matching;

namespace Kube1.ApiServer.Admission.Webhooks;

/// <summary>
/// The AdmissionReview that a webhook is sent, v1 or v1beta1, which have the same fields
/// (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request).
/// </summary>
internal static class AdmissionReviewWriter
{
    /// <summary>The review of a write, as JSON.</summary>
    public static byte[] Write(
        string version, string uid, MatchedResource seen, AdmissionRequest request, VersionedWrite shown)
    {
        var requested = request.Forms.Requested;
        using var buffer = new PooledBuffer();
        using (var json = new Utf8JsonWriter(buffer, CanonicalJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("kind", "AdmissionReview");
            json.WriteString("apiVersion", "admission.k8s.io/" + version);
            json.WriteStartObject("request");
            json.WriteString("uid", uid);
            WriteKind(json, "kind", seen.Kind);
            WriteResource(json, "resource", seen.Resource);
            WriteUnlessEmpty(json, "subResource", request.Subresource);
            WriteKind(json, "requestKind", requested.Kind);
            WriteResource(json, "requestResource", requested.Resource);
            WriteUnlessEmpty(json, "requestSubResource", request.Subresource);
            WriteUnlessEmpty(json, "name", request.RequestedName);
            WriteUnlessEmpty(json, "namespace", request.NamespaceOrOwnName);
            json.WriteString("operation", AdmissionMetrics.NameOf(request.Operation));
            WriteUser(json, request);
            WriteObject(json, "object", shown.Object);
            WriteObject(json, "oldObject", shown.OldObject);
            json.WriteBoolean("dryRun", request.DryRun);
            WriteObject(json, "options", request.Origin?.OptionsOf(request));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteKind(Utf8JsonWriter json, string name, GroupVersionKind kind)
    {
        json.WriteStartObject(name);
        json.WriteString("group", kind.Group);
        json.WriteString("version", kind.Version);
        json.WriteString("kind", kind.Kind);
        json.WriteEndObject();
    }

    private static void WriteResource(Utf8JsonWriter json, string name, GroupVersionResource resource)
    {
        json.WriteStartObject(name);
        json.WriteString("group", resource.Group);
        json.WriteString("version", resource.Version);
        json.WriteString("resource", resource.Resource);
        json.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter json, AdmissionRequest request)
    {
        var user = request.User;
        json.WriteStartObject("userInfo");
        WriteUnlessEmpty(json, "username", user.Name);
        WriteUnlessEmpty(json, "uid", user.Uid);
        if (user.Groups.Count > 0)
        {
            WriteList(json, "groups", user.Groups);
        }

        if (user.Extra.Count > 0)
        {
            json.WriteStartObject("extra");
            foreach (var (key, values) in user.Extra.OrderBy(e => e.Key, StringComparer.Ordinal))
            {
                WriteList(json, key, values);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteObject(Utf8JsonWriter json, string name, JsonObject? obj)
    {
        json.WritePropertyName(name);
        if (obj is null)
        {
            json.WriteNullValue();
        }
        else
        {
            obj.WriteTo(json);
        }
    }
}
