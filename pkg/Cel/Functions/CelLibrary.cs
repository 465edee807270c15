using System.Collections.Immutable;
using Kube1.Cel.Types;

namespace Kube1.Cel.Functions;

/// <summary>Functions, macros and types that come together.</summary>
public sealed class CelLibrary(string name)
{
    /// <summary>As upstream names it: "k8s.quantity", "cel.lib.ext.strings".</summary>
    public string Name { get; } = name;

    /// <summary>The Kubernetes release (1.N) since whose compatibility version the library is there; 0 for always.</summary>
    public int SinceMinor { get; init; }

    /// <summary>The release (1.N) from whose compatibility version on it is gone; null for never.</summary>
    public int? UntilMinor { get; init; }

    public ImmutableArray<CelFunction> Functions { get; init; } = [];

    public ImmutableArray<CelMacro> Macros { get; init; } = [];

    /// <summary>Types that expressions may name.</summary>
    public ImmutableArray<CelType> Types { get; init; } = [];

    /// <summary>Whether it brings the syntax of optional values (<c>?.</c>, <c>[?i]</c>, <c>{?k: v}</c>).</summary>
    public bool OptionalSyntax { get; init; }
}
