using System.Text.Json.Nodes;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>What entries of managedFields must obey (k8s.io/apimachinery/pkg/apis/meta/v1/validation).</summary>
internal static class ManagedFieldsRules
{
    private const int MaxSubresourceBytes = 256;

    /// <summary>
    /// Upstream's warning when admission has left nonsense in managedFields; what they were is put back.
    /// </summary>
    private const string InvalidAfterAdmission =
        ".metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating "
        + "admission controller; please fix your requests";

    /// <summary>Checks the entries of an object; most of what can be wrong with them has been mended by then.</summary>
    public static void Validate(JsonObject obj, FieldPath metadata, FieldErrorList errors)
    {
        if (obj["metadata"]?["managedFields"] is not JsonArray entries)
        {
            return;
        }

        for (var i = 0; i < entries.Count; i++)
        {
            var path = metadata.Child("managedFields").Index(i);
            ManagerName.Validate(path.Child("manager"), (string?)entries[i]?["manager"] ?? "", errors);
            if (((string?)entries[i]?["subresource"])?.Length > MaxSubresourceBytes)
            {
                errors.TooLong(path.Child("subresource"), MaxSubresourceBytes);
            }
        }
    }

    /// <summary>The managedFields of an object before admission; see <see cref="RestoreIfInvalid"/>.</summary>
    public static JsonNode? Before(JsonObject obj) => obj["metadata"]?["managedFields"];

    /// <summary>Puts the managedFields back that admission has made nonsense of, and warns the client.</summary>
    public static void RestoreIfInvalid(JsonNode? before, JsonObject obj, Action<string> warn)
    {
        var after = obj["metadata"]?["managedFields"];
        if (!ReferenceEquals(before, after) && !FieldOwners.TryReadSent(after, out _))
        {
            UpdateTracking.Attach(obj, before?.DeepClone());
            warn(InvalidAfterAdmission);
        }
    }
}
