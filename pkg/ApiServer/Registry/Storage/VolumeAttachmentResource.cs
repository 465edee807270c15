using System.Text.Json.Nodes;
using Kube1.Api.Validation;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Registry.Storage;

/// <summary>VolumeAttachments: that a volume is to be attached to a node.</summary>
internal sealed class VolumeAttachmentResource : ResourceStrategy
{
    private const int MaxMessageBytes = 1024;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    private static readonly FieldPath Status = FieldPath.Of("status");

    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;

    /// <inheritdoc/>
    public override void Validate(StrategyContext context, JsonObject obj, FieldErrorList errors)
    {
        var attacher = obj.Text("spec.attacher");
        errors.RequiredText(Spec.Child("attacher"), attacher);
        ValidateSource(obj.Child("spec").Child("source") ?? [], Spec.Child("source"), errors);
        errors.AddMessages(
            Spec.Child("nodeName"), obj.Text("spec.nodeName"), NameRules.IsDns1123Subdomain, evenEmpty: true);
        ValidateStatus(obj.Child("status"), errors);
        DriverRules.ValidateDriverName(attacher, Spec.Child("attacher"), errors);
        errors.AddMessages(
            Spec.Child("source", "persistentVolumeName"), obj.Text("spec.source.persistentVolumeName"),
            NameRules.IsDns1123Subdomain);
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors)
    {
        Validate(context, obj, errors);
        errors.Immutable(Spec, obj["spec"], old["spec"]);
    }

    /// <inheritdoc/>
    public override void ValidateStatusUpdate(
        StrategyContext context, JsonObject obj, JsonObject old, FieldErrorList errors) =>
        ValidateStatus(obj.Child("status"), errors);

    /// <inheritdoc/>
    public override IReadOnlyList<PrintColumn> PrintColumns { get; } =
    [
        Columns.Name,
        Columns.Field("Attacher", "The driver that attaches", "spec.attacher") with { Format = "name" },
        Columns.Field("PV", "The volume", "spec.source.persistentVolumeName"),
        Columns.Field("Node", "The node", "spec.nodeName"),
        Columns.Flag("Attached", "Whether it is done", "status.attached"),
        Columns.Age,
    ];

    private static void ValidateSource(JsonObject source, FieldPath path, FieldErrorList errors)
    {
        const string one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
        var (named, inline) = (source["persistentVolumeName"] is not null, source.Child("inlineVolumeSpec") is not null);
        if (!named && !inline)
        {
            errors.Required(path, one);
        }
        else if (named && inline)
        {
            errors.Forbidden(path, one);
        }
        else if (named)
        {
            errors.RequiredText(
                path.Child("persistentVolumeName"), source.Text("persistentVolumeName"),
                "must specify non empty persistentVolumeName");
        }
    }

    private static void ValidateStatus(JsonObject? status, FieldErrorList errors)
    {
        DriverRules.ValidateSize(status.Child("attachmentMetadata"), Status.Child("attachmentMetadata"), errors);
        foreach (var field in new[] { "attachError", "detachError" })
        {
            if (System.Text.Encoding.UTF8.GetByteCount(status.Child(field).Text("message")) > MaxMessageBytes)
            {
                errors.TooLong(Status.Child(field, "message"), MaxMessageBytes);
            }
        }
    }
}
