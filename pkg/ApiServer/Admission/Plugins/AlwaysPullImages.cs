using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>
/// Makes pods pull their images each time, so that an image that is on the node already is had only by who may pull it.
/// Off unless it is asked for, as upstream.
/// </summary>
internal sealed class AlwaysPullImages() : AdmissionPlugin("AlwaysPullImages")
{
    private const string Always = "Always";

    private static readonly string[] Lists = ["initContainers", "containers", "ephemeralContainers"];

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => IsFor(request, "", "pods")
        && (request.Operation == AdmissionOperation.Create
            || (request.Operation == AdmissionOperation.Update && HasNewImages(request)));

    /// <inheritdoc/>
    protected override void Admit(AdmissionRequest request)
    {
        foreach (var (owner, field, _) in Pulls(request.Object!))
        {
            owner[field] = Always;
        }
    }

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        var errors = new FieldErrorList();
        foreach (var (owner, field, path) in Pulls(request.Object!))
        {
            if ((string?)owner[field] != Always)
            {
                errors.NotSupported(path.Child(field), (string?)owner[field] ?? "", [Always]);
            }
        }

        if (errors.Count > 0)
        {
            throw Forbidden(
                request,
                errors.Count == 1 ? errors[0].ToString() : "[" + string.Join(", ", errors.Select(e => e.ToString())) + "]");
        }
    }

    private static IEnumerable<(JsonObject Owner, string Field, FieldPath Path)> Pulls(JsonObject pod)
    {
        foreach (var name in Lists)
        {
            var index = 0;
            foreach (var container in Items(pod["spec"]?[name]))
            {
                yield return (container, "imagePullPolicy", FieldPath.Of("spec", name).Index(index++));
            }
        }

        var volume = 0;
        foreach (var source in Items(pod["spec"]?["volumes"]).Select(v => v["image"] as JsonObject))
        {
            var path = FieldPath.Of("spec", "volumes").Index(volume++).Child("image");
            if (source is not null)
            {
                yield return (source, "pullPolicy", path);
            }
        }
    }

    private static bool HasNewImages(AdmissionRequest request)
    {
        var before = Images(request.OldObject!).ToHashSet(StringComparer.Ordinal);
        return Images(request.Object!).Any(image => !before.Contains(image));
    }

    private static IEnumerable<string> Images(JsonObject pod) =>
        Lists.SelectMany(name => Items(pod["spec"]?[name])).Select(c => (string?)c["image"] ?? "");
}
