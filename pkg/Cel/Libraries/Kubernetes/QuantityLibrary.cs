using Kube1.Api;
using Kube1.Cel.Functions;
using Kube1.Cel.Types;
using Kube1.Cel.Values;

namespace Kube1.Cel.Libraries.Kubernetes;

/// <summary>Amounts with units: <c>quantity('1.5Gi')</c>. Source: k8s.io/apiserver/pkg/cel/library/quantity.go.</summary>
public static class QuantityLibrary
{
    public static readonly CelType Type = CelType.Object("kubernetes.Quantity");

    public static CelLibrary Library { get; } = new("kubernetes.quantity")
    {
        SinceMinor = 28,
        Functions =
        [
            LibraryCosts.Reader("quantity", CelOverload.Global("string_to_quantity", [CelType.String], Type, Parse)),
            LibraryCosts.Reader("isQuantity", CelOverload.Global(
                "is_quantity_string", [CelType.String], CelType.Bool,
                a => CelValue.Of(ResourceQuantity.TryParse(a[0].AsString, out _)))),

            // Upstream declares it as no member: sign(quantity('1')).
            LibraryCosts.Cheap("sign", CelOverload.Global(
                "quantity_sign", [Type], CelType.Int, a => CelValue.Of((long)Of(a[0]).Amount.Sign))),
            Comparison("isGreaterThan", "quantity_is_greater_than", CelType.Bool, order => CelValue.Of(order > 0)),
            Comparison("isLessThan", "quantity_is_less_than", CelType.Bool, order => CelValue.Of(order < 0)),
            Comparison("compareTo", "quantity_compare_to", CelType.Int, order => CelValue.Of((long)order)),
            LibraryCosts.Cheap("asApproximateFloat", CelOverload.Member(
                "quantity_get_float", [Type], CelType.Double, a => CelValue.Of(Of(a[0]).ApproximateFloat))),
            LibraryCosts.Cheap("asInteger", CelOverload.Member("quantity_get_int", [Type], CelType.Int, a =>
                Of(a[0]).Integer is { } whole
                    ? CelValue.Of(whole)
                    : CelValue.Error("cannot convert value to integer"))),
            LibraryCosts.Cheap("isInteger", CelOverload.Member(
                "quantity_is_integer", [Type], CelType.Bool, a => CelValue.Of(Of(a[0]).Integer is not null))),
            Sum("add", "quantity_add", static (left, right) => left.Add(right)),
            Sum("sub", "quantity_sub", static (left, right) => left.Subtract(right)),
            LibraryCosts.CheapEquality(Type),
        ],
    };

    private static CelQuantity Of(in CelValue value) => (CelQuantity)value.AsObject;

    private static CelValue Parse(ReadOnlySpan<CelValue> arguments) =>
        CelQuantity.TryParse(arguments[0].AsString, out var quantity, out var error)
            ? CelValue.Of(quantity)
            : CelValue.Error(error);

    private static CelFunction Comparison(string name, string id, CelType result, Func<int, CelValue> answer) =>
        LibraryCosts.Cheap(name, CelOverload.Member(
            id, [Type, Type], result, a => answer(Of(a[0]).Amount.CompareTo(Of(a[1]).Amount))));

    private static CelFunction Sum(string name, string id, Func<CelQuantity, CelQuantity, CelQuantity?> combine) =>
        LibraryCosts.Cheap(name,
            CelOverload.Member(id, [Type, Type], Type, a => Result(combine(Of(a[0]), Of(a[1])))),
            CelOverload.Member(
                id + "_int", [Type, CelType.Int], Type, a => Result(combine(Of(a[0]), CelQuantity.FromInteger(a[1].AsInt)))));

    private static CelValue Result(CelQuantity? quantity) =>
        quantity is null ? CelValue.Error("quantity overflow") : CelValue.Of(quantity);
}
