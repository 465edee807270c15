using System.Collections.Immutable;
using Kube1.Cel.Functions;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>
/// What every expression in an object of Kubernetes may use: the language with the libraries and options of v1.36.
/// Variables and types of schemas are added by whoever compiles. Source: k8s.io/apiserver/pkg/cel/environment/base.go.
/// </summary>
public static class KubernetesEnvironment
{
    /// <summary>The minor release whose environment <see cref="Base"/> is.</summary>
    public const int Minor = 36;

    /// <summary>All libraries of all compatibility versions.</summary>
    public static ImmutableArray<CelLibrary> Libraries { get; } =
    [
        UrlLibrary.Library, RegexLibrary.Library, ListLibrary.Library, AuthorizationLibrary.Library,
        LanguageLibraries.OptionalTypes, QuantityLibrary.Library, StringLibrary.Library, SetLibrary.Library,
        IpLibrary.Library, CidrLibrary.Library, FormatLibrary.Library, AuthorizationLibrary.Selectors,
        LanguageLibraries.TwoVariableComprehensions, SemverLibrary.Library, ListExtensions.Library,
    ];

    /// <summary>
    /// Numbers of different types compare, literals are uniform and tried when compiling, timestamps are in UTC,
    /// <c>has()</c> costs nothing.
    /// </summary>
    public static CelEnvironment Base { get; } = For(Minor);

    /// <summary>
    /// The environment of compatibility version 1.<paramref name="minor"/>, 1.29 or later. (Earlier ones have another
    /// version of the library of strings.)
    /// </summary>
    public static CelEnvironment For(int minor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minor, 29);
        return CelEnvironment.Standard.WithOptions(new CelOptions()).With(
            [.. Libraries.Where(library => library.SinceMinor <= minor && (library.UntilMinor ?? int.MaxValue) > minor)]);
    }
}
