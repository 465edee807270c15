using Kube1.Api.Json;
using Kube1.Api.Errors;
using Kube1.Api.FieldSets;
using Kube1.Api.Models;

namespace Kube1.ApiServer.Registry.FieldManagement;

/// <summary>A field that is to be applied and that another manager set to another value.</summary>
internal readonly record struct ApplyConflict(FieldOwner Owner, PathElement[] Path)
{
    private string PathText => string.Concat(Path.Select(s => s.ToString()));

    /// <summary>409 with a cause a field (k8s.io/apimachinery/pkg/util/managedfields/internal conflict.go).</summary>
    public static ApiException ToError(IReadOnlyList<ApplyConflict> conflicts) => new(new V1Status
    {
        Status = "Failure",
        Code = 409,
        Reason = StatusReasons.Conflict,
        Message = Message(conflicts),
        Details = new V1StatusDetails
        {
            Causes =
            [
                .. conflicts.Select(c => new V1StatusCause
                {
                    Reason = "FieldManagerConflict",
                    Message = $"conflict with {Describe(c.Owner)}",
                    Field = c.PathText,
                }),
            ],
        },
    });

    private static string Message(IReadOnlyList<ApplyConflict> conflicts)
    {
        if (conflicts is [var only])
        {
            return $"Apply failed with 1 conflict: conflict with {Describe(only.Owner)}: {only.PathText}";
        }

        var lines = conflicts.GroupBy(c => c.Owner.Identity).OrderBy(g => g.Key, StringComparer.Ordinal)
            .SelectMany(g => (string[])
            [
                $"conflicts with {Describe(g.First().Owner)}:",
                .. g.Select(c => "- " + c.PathText),
            ]);
        return $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', lines)}";
    }

    private static string Describe(FieldOwner owner)
    {
        var name = GoText.Quote(owner.Manager);
        if (owner.Subresource.Length > 0)
        {
            name += $" with subresource {GoText.Quote(owner.Subresource)}";
        }

        return owner.IsApplied ? name : $"{name} using {owner.ApiVersion}";
    }
}
