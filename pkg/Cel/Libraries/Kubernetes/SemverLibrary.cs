using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>Semantic versions, in the library's version 1. Source: k8s.io/apiserver/pkg/cel/library/semverlib.go.</summary>
public static class SemverLibrary
{
    public static readonly CelType Type = CelType.Object("kubernetes.Semver");

    public static CelLibrary Library { get; } = new("kubernetes.Semver")
    {
        SinceMinor = 33,
        Functions =
        [
            LibraryCosts.Reader("semver",
                CelOverload.Global("string_to_semver", [CelType.String], Type, a => Parse(a[0].AsString, false)),
                CelOverload.Global("string_bool_to_semver", [CelType.String, CelType.Bool], Type,
                    a => Parse(a[0].AsString, a[1].AsBool))),
            LibraryCosts.Reader("isSemver",
                CelOverload.Global("is_semver_string", [CelType.String], CelType.Bool,
                    a => CelValue.Of(Read(a[0].AsString, false, out _) is null)),
                CelOverload.Global("is_semver_string_bool", [CelType.String, CelType.Bool], CelType.Bool,
                    a => CelValue.Of(Read(a[0].AsString, a[1].AsBool, out _) is null))),
            Comparison("isGreaterThan", "semver_is_greater_than", CelType.Bool, order => CelValue.Of(order > 0)),
            Comparison("isLessThan", "semver_is_less_than", CelType.Bool, order => CelValue.Of(order < 0)),
            Comparison("compareTo", "semver_compare_to", CelType.Int, order => CelValue.Of((long)order)),
            Number("major", static version => version.Major),
            Number("minor", static version => version.Minor),
            Number("patch", static version => version.Patch),
            LibraryCosts.CheapEquality(Type),
        ],
    };

    private static SemanticVersion Of(in CelValue value) => ((CelSemver)value.AsObject).Version;

    private static string? Read(string text, bool normalize, out SemanticVersion? version) =>
        normalize ? SemanticVersion.ParseLoosely(text, out version) : SemanticVersion.Parse(text, out version);

    private static CelValue Parse(string text, bool normalize) =>
        Read(text, normalize, out var version) is { } error
            ? CelValue.Error(error)
            : CelValue.Of(new CelSemver(version!));

    private static CelFunction Comparison(string name, string id, CelType result, Func<int, CelValue> answer) =>
        LibraryCosts.Cheap(name, CelOverload.Member(
            id, [Type, Type], result, a => answer(Of(a[0]).CompareTo(Of(a[1])))));

    // Numbers beyond those of int turn negative, as upstream.
    private static CelFunction Number(string name, Func<SemanticVersion, ulong> number) => LibraryCosts.Cheap(
        name, CelOverload.Member($"semver_{name}", [Type], CelType.Int, a => CelValue.Of(unchecked((long)number(Of(a[0]))))));

    private sealed class CelSemver(SemanticVersion version) : CelObject
    {
        public override CelType Type => SemverLibrary.Type;

        public SemanticVersion Version { get; } = version;

        public override bool EqualTo(CelObject other) => other is CelSemver that && that.Version.CompareTo(Version) == 0;

        public override int GetValueHash() => Version.ToString().GetHashCode(StringComparison.Ordinal);

        public override string ToString() => Version.ToString();
    }
}
