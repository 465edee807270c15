using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.Core;

/// <summary>
/// What Events must obey: little in the core group, for the sake of old clients, and all of KEP-383 in events.k8s.io. Paths
/// name the core fields, as upstream's do.
/// </summary>
internal static class EventRules
{
    private const int MaxNameBytes = 128;

    private const int MaxMessageBytes = 1024;

    private const string Unset = "needs to be unset";

    private static readonly FieldPath InvolvedNamespace = FieldPath.Of("involvedObject", "namespace");

    private static readonly FieldPath Series = FieldPath.Of("series");

    /// <summary>Never changed in events.k8s.io, in the order in which upstream looks at them.</summary>
    private static readonly string[] Fixed =
    [
        "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "type",
    ];

    /// <summary>Checks an event that the core group may store.</summary>
    public static void ValidateLegacy(JsonObject obj, FieldErrorList errors)
    {
        var eventNamespace = obj.Text("metadata.namespace");
        var involved = obj.Text("involvedObject.namespace");
        if (obj.Text("eventTime").Length == 0)
        {
            // Events of objects without a namespace live in the default one.
            var isSound = involved.Length == 0 ? eventNamespace is "" or "default" : involved == eventNamespace;
            Expect(isSound, involved, errors);
        }
        else
        {
            var isSound = involved.Length == 0 ? eventNamespace is "default" or "kube-system" : involved == eventNamespace;
            Expect(isSound, involved, errors);
            if (obj.Text("reportingComponent").Length == 0)
            {
                errors.Required(FieldPath.Of("reportingController"));
            }

            errors.AddMessages(
                FieldPath.Of("reportingController"), obj.Text("reportingComponent"), NameRules.IsQualifiedName, evenEmpty: true);
            RequiredUpTo128(obj, "reportingInstance", errors);
            RequiredUpTo128(obj, "action", errors);
            RequiredUpTo128(obj, "reason", errors);
            if (DataRules.TextBytes(obj["message"]) > MaxMessageBytes)
            {
                errors.Invalid(FieldPath.Of("message"), "", $"can have at most {MaxMessageBytes} characters");
            }
        }

        errors.AddMessages(FieldPath.Of("namespace"), eventNamespace, NameRules.IsDns1123Subdomain, evenEmpty: true);
    }

    /// <summary>Checks a new event of events.k8s.io.</summary>
    public static void ValidateCreate(JsonObject obj, FieldErrorList errors)
    {
        ValidateLegacy(obj, errors);
        ValidateSeries(obj, errors);
        if (obj.Text("eventTime").Length == 0)
        {
            errors.Required(FieldPath.Of("eventTime"));
        }

        if (obj.Text("type") is var type && type is not ("Normal" or "Warning"))
        {
            errors.Invalid(FieldPath.Of("type"), "", "has invalid value: " + type);
        }

        foreach (var field in new[] { "firstTimestamp", "lastTimestamp" })
        {
            if (obj.Text(field).Length > 0)
            {
                errors.Invalid(FieldPath.Of(field), "", Unset);
            }
        }

        if (obj.Integer("count") is not (null or 0))
        {
            errors.Invalid(FieldPath.Of("count"), "", Unset);
        }

        if (obj.Text("source.component").Length > 0 || obj.Text("source.host").Length > 0)
        {
            errors.Invalid(FieldPath.Of("source"), "", Unset);
        }
    }

    /// <summary>Checks a changed event of events.k8s.io: only its series goes on.</summary>
    public static void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        ValidateLegacy(obj, errors);
        if (!JsonNode.DeepEquals(obj["series"], old["series"]))
        {
            ValidateSeries(obj, errors);
        }

        errors.Immutable("involvedObject", obj, old);
        foreach (var field in Fixed)
        {
            errors.Immutable(field, obj, old);
        }

        errors.Immutable("eventTime", obj, old);
        errors.Immutable("action", obj, old);
        errors.Immutable("related", obj, old);
        if (obj.Text("reportingComponent") != old.Text("reportingComponent"))
        {
            errors.Invalid(FieldPath.Of("reportingController"), obj.Text("reportingComponent"), "field is immutable");
        }

        errors.Immutable("reportingInstance", obj, old);
    }

    private static void Immutable(this FieldErrorList errors, string field, JsonObject obj, JsonObject old)
    {
        if (SemanticEquality.Same(obj[field], old[field]))
        {
            return;
        }

        object? shown = field switch
        {
            "involvedObject" or "related" => Reference(obj.Child(field)),
            "source" => VerbatimValue.Struct(("Component", obj.Text("source.component")), ("Host", obj.Text("source.host"))),
            "firstTimestamp" or "lastTimestamp" or "eventTime" => RuleExtensions.Shown(obj[field]),
            "count" => obj.Integer(field) ?? 0,
            _ => obj.Text(field),
        };
        errors.Invalid(FieldPath.Of(field), shown, "field is immutable");
    }

    private static VerbatimValue? Reference(JsonObject? reference) => reference is null ? null : VerbatimValue.Struct(
        ("Kind", reference.Text("kind")), ("Namespace", reference.Text("namespace")), ("Name", reference.Text("name")),
        ("UID", reference.Text("uid")), ("APIVersion", reference.Text("apiVersion")),
        ("ResourceVersion", reference.Text("resourceVersion")), ("FieldPath", reference.Text("fieldPath")));

    private static void ValidateSeries(JsonObject obj, FieldErrorList errors)
    {
        if (obj.Child("series") is not { } series)
        {
            return;
        }

        if ((series.Integer("count") ?? 0) < 2)
        {
            errors.Invalid(Series.Child("count"), "", "should be at least 2");
        }

        if (series.Text("lastObservedTime").Length == 0)
        {
            errors.Required(Series.Child("lastObservedTime"));
        }
    }

    private static void Expect(bool isSound, string involved, FieldErrorList errors)
    {
        if (!isSound)
        {
            errors.Invalid(InvolvedNamespace, involved, "does not match event.namespace");
        }
    }

    private static void RequiredUpTo128(JsonObject obj, string field, FieldErrorList errors)
    {
        if (obj.Text(field).Length == 0)
        {
            errors.Required(FieldPath.Of(field));
        }

        if (DataRules.TextBytes(obj[field]) > MaxNameBytes)
        {
            errors.Invalid(FieldPath.Of(field), "", $"can have at most {MaxNameBytes} characters");
        }
    }
}
