using System.Text.Json.Nodes;
using Kube1.ApiServer.Registry;
using Kube1.ApiServer.Registry.Core;

namespace Kube1.ApiServer.Extensions.CustomResources;

/// <summary>
/// Which of the names that a definition asks for are free in its group: status.acceptedNames and the condition
/// NamesAccepted (k8s.io/apiextensions-apiserver/pkg/controller/status). Names that were accepted once are kept until the
/// definition asks for others that are free.
/// </summary>
internal static class DefinitionNaming
{
    /// <summary>
    /// Decides on the names of a definition among all of its group, itself included; true when its status changes.
    /// </summary>
    public static bool Apply(JsonObject definition, IEnumerable<JsonObject> group, DateTimeOffset now)
    {
        var wanted = CustomNames.Of(definition.At("spec.names") as JsonObject);
        var accepted = CustomNames.Of(definition.At("status.acceptedNames") as JsonObject);
        if (wanted.SameAs(accepted))
        {
            return false;
        }

        var taken = group.Select(d => CustomNames.Of(d.At("status.acceptedNames") as JsonObject)).ToList();
        var resources = taken.SelectMany(n => n.ShortNames.Append(n.Plural).Append(n.Singular)).ToHashSet(StringComparer.Ordinal);
        var kinds = taken.SelectMany(n => new[] { n.Kind, n.ListKind }).ToHashSet(StringComparer.Ordinal);
        var (names, reason, message) = Decide(wanted, accepted, resources, kinds);
        var areAccepted = reason.Length == 0;
        var changed = !names.SameAs(accepted);
        if (changed)
        {
            definition.Ensure("status")["acceptedNames"] = names.ToJson();
        }

        changed |= areAccepted
            ? StatusConditions.Set(
                definition, DefinitionConditions.NamesAccepted, "True", "NoConflicts", "no conflicts found", now)
            : StatusConditions.Set(definition, DefinitionConditions.NamesAccepted, "False", reason, message, now);
        return changed | SetInstalling(definition, areAccepted, now);
    }

    // The server serves the resource from now on; only then does another write say that it is established.
    private static bool SetInstalling(JsonObject definition, bool areAccepted, DateTimeOffset now)
    {
        var established = definition.Condition(DefinitionConditions.Established);
        if (areAccepted && established != "True")
        {
            return StatusConditions.Set(
                definition, DefinitionConditions.Established, "False", "Installing",
                "the initial names have been accepted", now);
        }

        return established is null && StatusConditions.Set(
            definition, DefinitionConditions.Established, "False", "NotAccepted", "not all names are accepted", now);
    }

    // As upstream: each name by itself, and the last conflict is the one that is told.
    private static (CustomNames Names, string Reason, string Message) Decide(
        CustomNames wanted, CustomNames accepted, HashSet<string> resources, HashSet<string> kinds)
    {
        var (reason, message) = ("", "");
        var plural = Choose(wanted.Plural, accepted.Plural, resources, "PluralConflict");
        var singular = Choose(wanted.Singular, accepted.Singular, resources, "SingularConflict");
        var shortNames = accepted.ShortNames;
        if (!wanted.ShortNames.SequenceEqual(accepted.ShortNames))
        {
            var conflicts = wanted.ShortNames.Except(accepted.ShortNames).Where(resources.Contains)
                .Select(InUse).Distinct().ToList();
            if (conflicts.Count > 0)
            {
                reason = "ShortNamesConflict";
                message = conflicts.Count == 1 ? conflicts[0] : $"[{string.Join(", ", conflicts)}]";
            }
            else
            {
                shortNames = wanted.ShortNames;
            }
        }

        var kind = Choose(wanted.Kind, accepted.Kind, kinds, "KindConflict");
        var listKind = Choose(wanted.ListKind, accepted.ListKind, kinds, "ListKindConflict");
        return (new CustomNames(plural, singular, kind, listKind, shortNames, wanted.Categories), reason, message);

        string Choose(string name, string before, HashSet<string> used, string conflict)
        {
            if (name == before || !used.Contains(name))
            {
                return name;
            }

            (reason, message) = (conflict, InUse(name));
            return before;
        }
    }

    private static string InUse(string name) => $"\"{name}\" is already in use";
}
